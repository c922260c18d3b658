"""`.env.example` against the settings classes."""

from dotenv import dotenv_values
from temporalio.envconfig import ClientConfig

from tests.unit.lib.settings.classes import REPOSITORY, all_settings, defaults

EXAMPLE = {name: value or "" for name, value in dotenv_values(REPOSITORY / ".env.example").items()}


def test_every_setting_stands_there_with_the_default_that_each_process_has() -> None:
    """Nothing else stands there but Temporal's own; who is told nothing fits to neighbours that are told nothing."""
    ours = {name for name in EXAMPLE if not name.startswith("TEMPORAL_")}

    assert ours == set(defaults(*all_settings()))
    for settings in all_settings():
        for name, value in defaults(settings).items():
            assert EXAMPLE[name] == value, f"{settings.__name__} has another default for {name}"


def test_temporals_settings_are_its_own() -> None:
    """The TEMPORAL_* lines are read by Temporal's library, and say what the processes do without them."""
    given = {name: value for name, value in EXAMPLE.items() if name.startswith("TEMPORAL_")}
    read = ClientConfig.load_client_connect_config(disable_file=True, override_env_vars=given)

    assert read == {"target_host": "127.0.0.1:7233", "namespace": "default"}

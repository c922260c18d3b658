"""The operators' commands under `flask`: told by settings of their own, read when they are typed."""

from pathlib import Path

import pytest

from lib.settings.reading import once
from operators.command_line import create_app
from tests.unit.lib.settings.classes import all_settings, defaults


@pytest.fixture(autouse=True)
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Production that is told nothing else."""
    monkeypatch.chdir(tmp_path)
    for name in defaults(*all_settings()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENVIRONMENT", "production")
    once.cache_clear()


def test_they_are_named_before_anybody_needs_their_settings() -> None:
    """Beside an intake that knows no broker `flask --help` lists them all."""
    shown = create_app().test_cli_runner().invoke(args=["--help"])

    assert shown.exit_code == 0
    assert [name for name in ("buyer", "notifications", "purchases") if f"  {name} " not in shown.output] == []


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        (("purchases", "list"), "SERVICE_TOKEN, PAYLOAD_KEY"),
        (("buyer", "erase", "--buyer", "alice"), "SERVICE_TOKEN, PAYLOAD_KEY"),
        (("notifications", "dead", "list"), "AMQP_URL"),
    ],
)
def test_a_command_needs_what_it_uses(command: tuple[str, ...], needed: str) -> None:
    """One line names that, and nothing of the intake's: neither the secret of tokens nor that of webhooks."""
    ended = create_app().test_cli_runner().invoke(args=command)

    assert ended.exit_code == 1
    assert ended.output.strip().endswith(f"production needs its own {needed}")

"""The codec server in a stack."""

from pathlib import Path

from tools.devstack import plan, ports, temporal
from tools.devstack.options import SHARED
from tools.devstack.processes import CODEC_SERVER

GIVEN = {**SHARED, "TEMPORAL_ADDRESS": "127.0.0.1:7233"}


def test_it_runs_where_a_port_is_kept_for_it() -> None:
    """Told of the UI's origin, whose pages alone may ask it; else there is none."""
    running = {spec.name: spec for spec in plan.ours(ports.DEFAULTS, set())}
    assert running[CODEC_SERVER.name].url == "http://127.0.0.1:5006"
    told = plan.addresses(GIVEN, ports.DEFAULTS, Path("data"))
    assert told["CODEC_SERVER_ORIGINS"] == "http://127.0.0.1:8233"
    elsewhere = plan.addresses({**GIVEN, "TEMPORAL_UI_URL": "https://ui.example"}, ports.DEFAULTS, Path("data"))
    assert elsewhere["CODEC_SERVER_ORIGINS"] == "https://ui.example"
    assert CODEC_SERVER.name not in {spec.name for spec in plan.ours(_without(), set())}


def test_temporals_ui_is_told_of_it() -> None:
    """By the development server's own flag, and only where it runs."""
    told = temporal.server(Path("temporal"), ports.DEFAULTS, Path("data"), "default").command
    assert told[told.index("--ui-codec-endpoint") + 1] == "http://127.0.0.1:5006"
    assert "--ui-codec-endpoint" not in temporal.server(Path("temporal"), _without(), Path("data"), "default").command


def _without() -> dict[str, int]:
    return {name: port for name, port in ports.DEFAULTS.items() if name != CODEC_SERVER.name}

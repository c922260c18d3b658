"""The codec server in a stack."""

from pathlib import Path

from tools.devstack import codec_server, ports, temporal

URL = "http://127.0.0.1:5006"


def test_it_runs_where_a_port_is_kept_for_it() -> None:
    """Told of the UI's origin, whose pages alone may ask it; else there is none."""
    (spec,) = codec_server.servers({}, ports.DEFAULTS)
    assert spec.url == URL
    assert spec.env["CODEC_SERVER_ORIGINS"] == "http://127.0.0.1:8233"
    (elsewhere,) = codec_server.servers({"TEMPORAL_UI_URL": "https://ui.example"}, ports.DEFAULTS)
    assert elsewhere.env["CODEC_SERVER_ORIGINS"] == "https://ui.example"
    assert codec_server.servers({}, _without()) == []


def test_temporals_ui_is_told_of_it() -> None:
    """By the development server's own flag, and only where it runs."""
    told = temporal.server(Path("temporal"), ports.DEFAULTS, Path("data"), "default").command
    assert told[told.index("--ui-codec-endpoint") + 1] == URL
    assert "--ui-codec-endpoint" not in temporal.server(Path("temporal"), _without(), Path("data"), "default").command


def _without() -> dict[str, int]:
    return {name: port for name, port in ports.DEFAULTS.items() if name != codec_server.NAME}

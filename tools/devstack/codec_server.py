"""The codec server as a stack runs it: only where payloads are encrypted."""

import sys
from collections.abc import Mapping

from tools.devstack.ports import LOOPBACK, Ports
from tools.devstack.process import ProcessSpec
from tools.devstack.readiness import http_ready

NAME = "codec_server"


def servers(environ: Mapping[str, str], ports: Ports) -> list[ProcessSpec]:
    """The one server, or none where no port was kept for it."""
    if NAME not in ports:
        return []
    ui = environ.get("TEMPORAL_UI_URL") or f"http://{LOOPBACK}:{ports.get('temporal_ui', 8233)}"
    told = {
        "CODEC_SERVER_HOST": LOOPBACK,
        "CODEC_SERVER_PORT": str(ports[NAME]),
        "CODEC_SERVER_ORIGINS": environ.get("CODEC_SERVER_ORIGINS") or ui,
    }
    return [
        ProcessSpec(
            name=NAME,
            command=(sys.executable, "-m", "services.codec_server"),
            env=told,
            ready=http_ready(ports[NAME]),
            url=url(ports),
        )
    ]


def url(ports: Ports) -> str:
    """Where browsers and command lines find it."""
    return f"http://{LOOPBACK}:{ports[NAME]}"

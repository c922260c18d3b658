"""How a service's process becomes the web server."""

import os
import sys
from typing import NoReturn


def serve(package: str, host: str, port: int) -> NoReturn:
    """Replace this process by gunicorn with `services.<package>:create_app()`; never returns."""
    sys.stdout.flush()
    command = ["-m", "gunicorn", f"services.{package}:create_app()", "--name", package, "--bind", f"{host}:{port}"]
    os.execv(sys.executable, [sys.executable, *command, "--config", "python:services.common.gunicorn_conf"])  # noqa: S606

"""How a service's process starts: migrate the database, then become the web server."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from alembic import command
from alembic.config import Config

# 32 threads: each request waits on a database or a provider, not on the processor.
THREADS = 32
# 10 s: an orderly stop lets the running requests end; the longest call to the provider takes less.
GRACE_SECONDS = 10


def migrate(package: str, url: str) -> None:
    """Bring the database of `services.<package>` to the newest schema."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / package / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def serve(package: str, host: str, port: int) -> NoReturn:
    """Replace this process by gunicorn with `services.<package>:create_app()`; never returns."""
    sys.stdout.flush()
    os.execv(  # noqa: S606
        sys.executable,
        [
            sys.executable, "-m", "gunicorn", f"services.{package}:create_app()",
            "--name", package, "--bind", f"{host}:{port}", "--worker-class", "webapi.gunicorn_worker.Worker",
            "--workers", "1", "--threads", str(THREADS), "--graceful-timeout", str(GRACE_SECONDS),
            "--config", "python:services.common.gunicorn_conf",
        ],
    )  # fmt: skip

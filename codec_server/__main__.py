"""`python -m codec_server`: serve; `python -m codec_server new-token --name anna`: make a token for somebody."""

import argparse
import os
import sys

from codec_server.access import new_token
from codec_server.settings import settings

# Some people look at pages; each request takes a millisecond.
THREADS = 16
# As the services have: an orderly stop lets the running requests end.
GRACE_SECONDS = 10


def serve() -> None:
    """Replace this process by gunicorn; returns never."""
    config = settings()
    sys.stdout.flush()
    os.execv(  # noqa: S606
        sys.executable,
        [
            sys.executable, "-m", "gunicorn", "codec_server:create_app()",
            "--name", "codec_server", "--bind", f"{config.codec_server_host}:{config.codec_server_port}",
            "--workers", "1", "--threads", str(THREADS),
            "--graceful-timeout", str(GRACE_SECONDS), "--config", "python:codec_server.gunicorn_conf",
        ],
    )  # fmt: skip


def make_token(name: str) -> None:
    """Print a new token and its entry."""
    try:
        token, entry = new_token(name)
    except ValueError as error:
        sys.exit(str(error))
    print(f"The token, for {name} alone; nobody can show it again:\n{token}")
    print(f"Its entry in CODEC_SERVER_TOKENS, beside the others, with commas between:\n{entry}")


def main() -> None:
    """Serve, or make a token."""
    parser = argparse.ArgumentParser(prog="python -m codec_server", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    new = commands.add_parser("new-token", help="make a token by which somebody may see payloads")
    new.add_argument("--name", required=True, help="whose it is; it stands in the log beside what they look at")
    given = parser.parse_args()
    if given.command == "new-token":
        make_token(given.name)
    else:
        serve()


main()

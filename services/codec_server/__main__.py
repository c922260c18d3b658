"""`python -m services codec_server`: serve; `… new-token --name anna`: make a token for somebody."""

import argparse
import sys

from lib.settings import read
from lib.webapi.server import serve
from services.codec_server.access import new_token
from services.codec_server.settings import CodecServerSettings


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
    parser = argparse.ArgumentParser(prog="python -m services codec_server", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    new = commands.add_parser("new-token", help="make a token by which somebody may see payloads")
    new.add_argument("--name", required=True, help="whose it is; it stands in the log beside what they look at")
    given = parser.parse_args()
    if given.command == "new-token":
        make_token(given.name)
    else:
        config = read(CodecServerSettings)
        host, port = config.codec_server_host, config.codec_server_port
        serve("services.codec_server", "codec_server", host, port, config="services.codec_server.gunicorn_conf")


if __name__ == "__main__":
    main()

# ruff: noqa: INP001 - a program beside a program, in no package
"""`python3 service_file.py`: a URL of PostgreSQL on stdin becomes a libpq service file `backup` on stdout.

So a password stands in a file of its owner's alone, and not on a command line, which every user of the machine may
read.
"""

import sys
from urllib.parse import parse_qsl, unquote, urlsplit


def service_file(url: str) -> str:
    """The file's text; several hosts (`a:5432,b:5432`) and parameters (`?sslmode=verify-full`) as libpq has them."""
    parts = urlsplit(url.strip())
    account, _, hosts = parts.netloc.rpartition("@")
    user, _, password = account.partition(":")
    places = [_host_and_port(place) for place in hosts.split(",")]
    told = {
        "host": ",".join(host for host, _ in places),
        "port": ",".join(port for _, port in places) if any(port for _, port in places) else "",
        "user": unquote(user),
        "password": unquote(password),
        "dbname": unquote(parts.path.removeprefix("/")),
        **dict(parse_qsl(parts.query)),
    }
    return "\n".join(["[backup]", *(f"{name}={value}" for name, value in told.items() if value), ""])


def _host_and_port(place: str) -> tuple[str, str]:
    host, colon, port = place.rpartition(":")
    # An IPv6 address stands in brackets, and has colons of its own.
    if not colon or port.endswith("]"):
        host, port = place, ""
    return unquote(host.removeprefix("[").removesuffix("]")), port


if __name__ == "__main__":
    sys.stdout.write(service_file(sys.stdin.read()))

"""How a service's process becomes the web server."""

from typing import NoReturn

from webapi import server


def serve(package: str, host: str, port: int) -> NoReturn:
    """Serve `services.<package>` until a signal; never returns."""
    server.serve(f"services.{package}", host, port, config="services.common.gunicorn_conf")

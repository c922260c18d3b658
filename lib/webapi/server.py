"""How a process becomes the web server."""

import sys
from typing import NoReturn

from gunicorn.app import wsgiapp  # type: ignore[import-untyped]


def serve(package: str, name: str, host: str, port: int, config: str = "lib.webapi.gunicorn_conf") -> NoReturn:
    """Serve `package:create_app()` as the process `name`, by gunicorn's settings in the module `config`; never returns.

    In this process, so that the workers share what it has imported.
    """
    bound = ("--name", name, "--bind", f"{host}:{port}")
    sys.argv = ["gunicorn", f"{package}:create_app()", *bound, "--config", f"python:{config}"]
    wsgiapp.run()
    sys.exit()

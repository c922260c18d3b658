"""How a web server starts that has a database: the same for each."""

from typing import NoReturn

from lib.database.migrations import migrate
from lib.settings import ProcessSettings, read
from lib.telemetry import logs
from lib.webapi.server import serve


def migrate_and_serve(package: str, name: str, kind: type[ProcessSettings]) -> NoReturn:
    """Bring the database of a package to its schema, then serve; its settings of both begin with `name`."""
    settings = read(kind)
    logs.set_up(name)
    migrate(package, getattr(settings, f"{name}_database_url"))
    serve(package, name, getattr(settings, f"{name}_host"), getattr(settings, f"{name}_port"))

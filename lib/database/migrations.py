"""Migrating a service's database to the schema that its program knows: all or nothing, one process at a time.

A schema changes in two releases, so that the program of the one before works on it: the first *expands* (a new table, a
new column that may be empty or has a default), the one after may *contract*: drop what no running program uses.
"""

import logging
import sys
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from lib.database.database import LOCK_TIMEOUT_MS, connect

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
# An arbitrary number: every process that migrates a PostgreSQL database takes this lock.
MIGRATION_LOCK = 5_001


class SchemaUnfit(Exception):
    """The program cannot work on the schema that the database has."""


def migrate(package: str, url: str, scripts: Path | None = None) -> None:
    """Bring the database to the newest schema of a package (`services.payments`); ends the process when it cannot.

    One line says why. A database that a newer program has migrated is left as it is, if this one can work on it.
    """
    name = package.rpartition(".")[2]
    config = Config()
    # ConfigParser would take a percent sign in a path for a reference.
    location = str(scripts or ROOT.joinpath(*package.split("."), "migrations")).replace("%", "%%")
    config.set_main_option("script_location", location)
    config.attributes["url"] = url
    # It warns that SQLite cannot roll back schema changes; in our own transactions it can.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        command.upgrade(config, "head")
    except SchemaUnfit as error:
        sys.exit(f"{name}: {error}")
    except Exception as error:
        message = f"{name}: its database at {_without_password(url)} was not migrated; nothing of it was changed"
        if not isinstance(error, SQLAlchemyError):
            # A mistake in a migration: its author needs the traceback.
            error.add_note(message)
            raise
        sys.exit(f"{message}: {str(getattr(error, 'orig', None) or error).splitlines()[0]}")


def run_migrations(metadata: MetaData) -> None:
    """Run the migrations on `config.attributes["url"]`: what every service's `migrations/env.py` calls."""
    script = ScriptDirectory.from_config(context.config)
    service = Path(script.dir).parent.name
    engine = connect(context.config.attributes["url"])
    try:
        # One transaction for all steps. SQLite's is exclusive by itself (BEGIN IMMEDIATE).
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                _take_turn(connection)
            before, head = MigrationContext.configure(connection).get_current_revision(), script.get_current_head()
            if before is not None and before not in {each.revision for each in script.walk_revisions()}:
                _require_fit(connection, metadata, f"its database is at {before}, and this program is at {head}")
                log.warning(
                    "the database of %s is at %s; this program's %s is older, and works on it", service, before, head
                )
                return
            if before != head:
                log.info("the database of %s goes from %s to %s", service, before or "nothing", head)
            context.configure(connection=connection, target_metadata=metadata)
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


def _take_turn(connection: Connection) -> None:
    """Wait for another process that migrates this database; then wait for no lock of the running service."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    # A schema change that waits for a table blocks all later queries on it: rather fail, and be started again.
    connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))


def _require_fit(connection: Connection, metadata: MetaData, stands: str) -> None:
    """Raise SchemaUnfit unless all that the program reads is there, and it writes all that must be written."""
    schema = inspect(connection)
    tables = set(schema.get_table_names())
    for table in metadata.sorted_tables:
        found = {each["name"]: each for each in schema.get_columns(table.name)} if table.name in tables else {}
        known = {column.name for column in table.columns}
        wanted = {name for name, each in found.items() if not each["nullable"] and each.get("default") is None}
        if missing := sorted(known - set(found)) + sorted(wanted - known):
            which = f"{table.name}: {', '.join(missing)}"
            raise SchemaUnfit(f"{stands}, which is older and cannot work on it ({which}): start the newer one.")


def _without_password(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)

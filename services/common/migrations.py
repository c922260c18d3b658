"""How every service's Alembic environment runs: one transaction, one process at a time."""

from alembic import context
from sqlalchemy import MetaData, text

from services.common.database import connect

# Any number of our own: whoever migrates one PostgreSQL database takes the same lock.
MIGRATION_LOCK = 5_001


def run_migrations(metadata: MetaData) -> None:
    """Run the migrations on `config.attributes["url"]`; two processes that start at once do it one after the other."""
    engine = connect(context.config.attributes["url"])
    try:
        # SQLite's transaction is exclusive by itself (BEGIN IMMEDIATE).
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            context.configure(connection=connection, target_metadata=metadata)
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()

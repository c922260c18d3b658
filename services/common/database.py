"""One way to a database: SQLite by default, PostgreSQL by URL, the same transactions on both."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url, text

# 10 s: a writer waits for its turn longer than the longest transaction, and less than its caller waits for an answer.
BUSY_TIMEOUT_MS = 10_000
# PostgreSQL: one connection per thread of the server, so that no request waits for one.
POOL_SIZE = 32


def connect(url: str) -> Engine:
    """An engine whose transactions are safe to decide upon: what one has read, no other writes meanwhile."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        # People write postgresql://, which SQLAlchemy takes for a driver that we do not install.
        known = parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed
        return create_engine(known, pool_size=POOL_SIZE, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # One connection: its transactions exclude each other anyway, and the pool's queue is fair where SQLite's is not.
    engine = create_engine(url, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=BUSY_TIMEOUT_MS / 1000)
    event.listen(engine, "connect", _tune_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def ping(engine: Engine) -> None:
    """Raise unless the database answers."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _tune_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin its transactions late and shared: two readers would both decide to write.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

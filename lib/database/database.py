"""One way to a database: SQLite by default, PostgreSQL by URL, the same transactions on both."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    QueuePool,
    Result,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)

# 10 s: a writer waits for its turn longer than the longest transaction, and less than its caller waits for an answer.
BUSY_TIMEOUT_MS = 10_000
# PostgreSQL: what one process of a service takes of the server's connections (its default: 100 for all). A transaction
# takes milliseconds, so ten serve a thousand a second; they are opened when they are needed.
POOL_SIZE = 10
# 5 s for a free connection, or for another's lock: far longer than any of our transactions takes. 8 s for a statement:
# a caller waits 10 s for an answer, and repeats a call that gets 503.
POOL_TIMEOUT_S = 5
LOCK_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 8_000
# A process that hangs between two statements must not keep its locks.
IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000
# A server that disappears is noticed within these times, not after the network's quarter of an hour.
CONNECT_TIMEOUT_S = 3
SILENCE_TIMEOUT_MS = 10_000
# PostgreSQL, "Appendix A. Error Codes": a write on a read-only server, for example a former primary.
READ_ONLY = "25006"


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC; SQLite keeps no zone and PostgreSQL answers in its own, so it is put right on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime:  # noqa: ARG002
        """The stored time in UTC."""
        assert value is not None, "no time of ours is optional"
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def connect(url: str) -> Engine:
    """An engine: SQLite runs one transaction after the other, PostgreSQL those that lock the same row."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    # hide_parameters on both: an error would write a statement's values, a purchase's data, into every log.
    limits = {
        "lock_timeout": LOCK_TIMEOUT_MS,
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT_MS,
    }
    engine = create_engine(
        _with_our_driver(parsed),
        hide_parameters=True,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        # After a server's restart the first call finds its connection dead, and the pool opens all of them anew.
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "tcp_user_timeout": SILENCE_TIMEOUT_MS,
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        },
    )
    event.listen(engine, "handle_error", _leave_a_standby)
    return engine


def ping(engine: Engine) -> None:
    """Raise unless the database answers."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def changed(result: Result[Any]) -> int:
    """How many rows a statement has written."""
    assert isinstance(result, CursorResult), "only a statement that returns rows answers anything else"
    return result.rowcount


def _with_our_driver(url: URL) -> URL:
    # People write postgresql://, which SQLAlchemy takes for a driver that we do not install.
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgresql", "postgres"} else url


def _leave_a_standby(context: ExceptionContext) -> None:
    # After a failover the pool's connections may still lead to the old primary, which answers every ping.
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def _sqlite(url: URL) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    # One connection: SQLite runs one write transaction at a time anyway, and the pool's queue is fair, unlike SQLite's.
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
    )
    event.listen(engine, "connect", _tune_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _tune_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions late and shared, so two of them could read and then both write.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

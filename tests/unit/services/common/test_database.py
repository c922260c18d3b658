"""One way to a database."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError

from lib.database.database import UtcDateTime, connect, ping


def test_the_folder_of_a_sqlite_database_is_made(tmp_path: Path) -> None:
    """A database in a folder that is not there yet can be used at once."""
    ping(connect(f"sqlite:///{tmp_path / 'new' / 'service.db'}"))
    assert (tmp_path / "new" / "service.db").exists()


def test_what_one_transaction_has_read_no_other_writes_meanwhile(tmp_path: Path) -> None:
    """A second transaction begins only when the first has ended, so that both count the same row without a loss."""
    engine = connect(f"sqlite:///{tmp_path / 'service.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))

    def count_to_fifty() -> None:
        for _ in range(50):
            with engine.begin() as connection:
                n = connection.execute(text("SELECT n FROM counter")).scalar_one()
                connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=count_to_fifty) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.begin() as connection:
        assert connection.execute(text("SELECT n FROM counter")).scalar_one() == 200


def test_postgresql_is_spoken_by_psycopg() -> None:
    """postgresql:// needs no driver's name, and a named driver is left as it is."""
    assert connect("postgresql://saga@127.0.0.1/projects").driver == "psycopg"
    assert (
        connect("postgresql+psycopg://saga@127.0.0.1/projects").driver == create_engine("postgresql+psycopg://").driver
    )


def test_an_error_does_not_tell_a_statements_values(tmp_path: Path) -> None:
    """They are a purchase's, and errors are logged."""
    with (
        connect(f"sqlite:///{tmp_path / 'records.db'}").begin() as connection,
        pytest.raises(OperationalError) as failed,
    ):
        connection.execute(text("INSERT INTO nowhere VALUES (:buyer)"), {"buyer": "needle"})
    assert "needle" not in f"{failed.value!s} {failed.value!r}"


def test_stored_times_are_utc() -> None:
    """A time without zone is UTC, one with another zone becomes UTC."""
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    elsewhere = noon.astimezone(timezone(timedelta(hours=5)))
    for stored in (noon.replace(tzinfo=None), elsewhere):
        read = UtcDateTime().process_result_value(stored, sqlite.dialect())
        assert (read, read.utcoffset()) == (noon, timedelta(0))

"""Migrations: once, all or nothing, beside processes that serve; and a clear word where program and schema differ."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import inspect

from lib.database.database import connect
from lib.database.migrations import migrate
from tests.integration.postgres import PostgresServer
from tests.integration.service_process import REPOSITORY, ServiceProcess, running_service, wait_until
from tests.integration.stores.conftest import Release

# 120 s: three at once take 5 s on two idle cores.
LIMIT_S = 120
PROCESSES = 3


def tables(url: str) -> set[str]:
    """The tables that are there."""
    engine = connect(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def start_migrating(**urls: str) -> "subprocess.Popen[str]":
    """`python -m services.migrate` with these databases."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_DATABASE_URL")}
    command = [sys.executable, "-m", "services.migrate"]
    return subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=environment | urls,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def cancel(service: ServiceProcess, purchase_id: str) -> int:
    """Have Payments write the tombstone of a purchase that it does not know; the answer's status."""
    return service.ask("POST", f"/purchases/{purchase_id}/cancel").status_code


def test_processes_that_start_at_once_migrate_once(empty: str) -> None:
    """Of three that begin on one empty database one makes the schema, and all end well."""
    started = [start_migrating(PROJECTS_DATABASE_URL=empty) for _ in range(PROCESSES)]
    ended = [process.communicate(timeout=LIMIT_S) for process in started]
    assert [process.returncode for process in started] == [0] * PROCESSES, ended
    assert sum("the database of projects goes from nothing to" in out for out, _ in ended) == 1
    assert {"projects", "milestones", "reservations"} <= tables(empty)


def test_without_a_database_there_is_nothing_to_migrate(tmp_path: Path) -> None:
    """A job that names no database has failed, and says what to set."""
    process = start_migrating()
    _, told = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 1
    assert "set PAYMENTS_DATABASE_URL" in told


def test_a_failed_migration_leaves_nothing_half_done(empty: str, release: Release) -> None:
    """What the failing release had done before is undone, and the message names the service, the cause and that."""
    migrate("services.payments", empty)
    release.add("CREATE TABLE half_done (id INTEGER)")
    release.add("ALTER TABLE payments ADD COLUMN note VARCHAR(9)", "INSERT INTO nowhere VALUES (1)")
    before = tables(empty)
    with pytest.raises(SystemExit, match=r"payments: its database .*nothing of it was changed: .*nowhere"):
        migrate("services.payments", empty, release.scripts)
    assert tables(empty) == before
    migrate("services.payments", empty)


def test_a_migrated_database_asks_for_no_right_to_change_it(postgres: PostgresServer, release: Release) -> None:
    """A role that may read and write rows is enough to start on it; to change it is refused by a clear word."""
    url = postgres.new_database()
    migrate("services.payments", url)
    role = f"writer_{uuid4().hex}"
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'its-own'")
        connection.execute(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}")
    its_own = url.replace("postgres:development@", f"{role}:its-own@")
    migrate("services.payments", its_own)
    release.add("ALTER TABLE payments ADD COLUMN note VARCHAR(9)")
    with pytest.raises(SystemExit, match=r"nothing of it was changed: must be owner of table payments"):
        migrate("services.payments", its_own, release.scripts)


def test_a_password_stays_out_of_the_message(tmp_path: Path) -> None:
    """A database that is away ends the process with one line, without the password of its address."""
    with pytest.raises(SystemExit, match=r"payments: its database at postgresql://me:\*\*\*@127.0.0.1:1/x was not"):
        migrate("services.payments", "postgresql://me:topsecret@127.0.0.1:1/x")


def test_the_old_program_goes_on_while_the_schema_grows(
    postgres: PostgresServer, release: Release, tmp_path: Path
) -> None:
    """A process that runs, and one that starts, both work on a schema that has expanded; the second says so."""
    url = postgres.new_database()
    with running_service("payments", tmp_path / "running.log", PAYMENTS_DATABASE_URL=url) as running:
        wait_until("Payments is ready", running.ready)
        assert cancel(running, "before") == 200
        release.add("CREATE TABLE receipts (id INTEGER)")
        newest = release.add("ALTER TABLE payments ADD COLUMN note VARCHAR(9) NOT NULL DEFAULT ''")
        migrate("services.payments", url, release.scripts)
        assert cancel(running, "after") == 200
    log = tmp_path / "started.log"
    with running_service("payments", log, PAYMENTS_DATABASE_URL=url) as started:
        wait_until("Payments is ready", started.ready)
        assert cancel(started, "later") == 200
    assert f"the database of payments is at {newest}; this program's" in log.read_text()


@pytest.mark.parametrize(
    ("change", "which"),
    [
        ("ALTER TABLE payments RENAME COLUMN canceled_early TO undone", "payments: canceled_early, undone"),
        ("ALTER TABLE payments ADD COLUMN note VARCHAR(9) NOT NULL DEFAULT 'x'", None),
    ],
)
def test_a_program_refuses_a_schema_on_which_it_cannot_work(
    empty: str, release: Release, change: str, which: str | None
) -> None:
    """A newer schema that lacks what the program reads, or wants what it does not write, is named; others are taken."""
    release.add(change)
    migrate("services.payments", empty, release.scripts)
    if which is None:
        migrate("services.payments", empty)
        return
    with pytest.raises(SystemExit, match=rf"is older and cannot work on it \({which}\)"):
        migrate("services.payments", empty)

"""deploy/backup: copies and restores, and shows no password to the machine's other users."""

import os
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from tests.unit.lib.settings.classes import REPOSITORY

BACKUP = REPOSITORY / "deploy/backup"
PASSWORD = "needle/with @signs"
URL = "postgresql://payments:needle%2Fwith%20%40signs@[::1]:5433,db.example/books?sslmode=verify-full"
SERVICE = """\
[backup]
host=::1,db.example
port=5433,
user=payments
password=needle/with @signs
dbname=books
sslmode=verify-full
"""
# Stands in for pg_dump and pg_restore: it keeps how it was called, and the file that it was pointed at.
PROGRAM = """#!/bin/sh
printf '%s\\n' "$0" "$@" >"$SEEN/arguments"
cp "$PGSERVICEFILE" "$SEEN/service"
stat -c %a "$PGSERVICEFILE" >"$SEEN/mode"
printf %s "$PGSERVICEFILE" >"$SEEN/path"
"""


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-ins write what they were given."""
    programs, seen = tmp_path / "programs", tmp_path / "seen"
    programs.mkdir()
    seen.mkdir()
    for name in ("pg_dump", "pg_restore"):
        (programs / name).write_text(PROGRAM)
        (programs / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("SEEN", str(seen))
    return seen


def run(script: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """One of the scripts."""
    return subprocess.run(
        ["/bin/sh", str(BACKUP / script), *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("script", ["backup.sh", "restore.sh"])
def test_no_command_line_holds_a_password(script: str, seen: Path, tmp_path: Path) -> None:
    """It comes by the environment and goes on in a file of its owner's alone, which is gone at the end."""
    done = run(script, str(tmp_path / "copies"), "payments", PAYMENTS_DATABASE_URL=URL)
    assert done.returncode == 0, done.stderr
    assert "needle" not in (seen / "arguments").read_text() + done.stdout + done.stderr
    assert (seen / "service").read_text() == SERVICE
    assert (seen / "mode").read_text().strip() == "600"
    assert not Path((seen / "path").read_text()).exists()


def test_a_database_that_nobody_has_named_is_told(tmp_path: Path) -> None:
    """By the name of its variable, before anything of it is copied."""
    done = run("backup.sh", str(tmp_path / "copies"), "payments", PAYMENTS_DATABASE_URL="mysql://a:needle@b/c")
    assert done.returncode == 2
    assert "PAYMENTS_DATABASE_URL is no address" in done.stderr
    assert "needle" not in done.stderr


def test_sqlite_is_copied_and_comes_back(tmp_path: Path) -> None:
    """What a development machine has; a file that is there is never written over."""
    books, copies = tmp_path / "books.db", tmp_path / "copies"
    with sqlite3.connect(books) as connection:
        connection.execute("CREATE TABLE kept (value TEXT)")
    connection.close()
    told = {"USERS_DATABASE_URL": f"sqlite:///{books}"}
    assert run("backup.sh", str(copies), "users", **told).returncode == 0
    assert run("restore.sh", str(copies), "users", **told).returncode == 1
    books.unlink()
    assert run("restore.sh", str(copies), "users", **told).returncode == 0
    with sqlite3.connect(books) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("kept",)]
    connection.close()

"""A server whose log is archived comes back, with all of its databases, to the moment before a mistake."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from tests.integration.postgres import OWNER, PostgresServer, running_server

# The server's working folder is its data; beside it lies what the test keeps of its log.
ARCHIVE = {"archive_mode": "on", "archive_command": "mkdir -p ../archive && cp %p ../archive/%f"}
MOMENT = "before-the-mistake"
RECOVERY = {
    "restore_command": "cp ../archive/%f %p",
    "recovery_target_name": MOMENT,
    "recovery_target_action": "promote",
}
SERVICES = ("payments", "users")


def write(server: PostgresServer, statement: str) -> None:
    """The same statement in two services' databases."""
    for service in SERVICES:
        with psycopg.connect(server.url(service)) as connection:
            connection.execute(statement)


def read(server: PostgresServer, service: str) -> list[str]:
    """What a service has written."""
    with psycopg.connect(server.url(service)) as connection:
        return [row[0] for row in connection.execute("SELECT what FROM books ORDER BY what")]


def test_all_databases_return_to_one_moment(tmp_path: Path) -> None:
    """What was written after the base copy is there, in every database; what came after the moment is not."""
    with running_server(tmp_path / "first", **ARCHIVE) as server:
        write(server, "CREATE TABLE books AS SELECT 'before the copy' AS what")
        copy = tmp_path / "second" / "postgresql" / "data"
        assert server.programs
        options = ["--dbname", server.url(), "--pgdata", str(copy), "--checkpoint=fast"]
        subprocess.run([server.programs / "pg_basebackup", *options], check=True, capture_output=True)
        write(server, "INSERT INTO books VALUES ('after the copy')")
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_create_restore_point(%s)", [MOMENT])
            write(server, "DELETE FROM books")
            connection.execute("SELECT pg_switch_wal()")
    shutil.copytree(tmp_path / "first" / "postgresql" / "archive", copy.parent / "archive")
    (copy / "recovery.signal").touch()
    if os.geteuid() == 0:
        for path in (copy.parent, *copy.parent.rglob("*")):
            shutil.chown(path, OWNER, OWNER)
    with running_server(tmp_path / "second", **RECOVERY) as server:
        assert [read(server, service) for service in SERVICES] == [["after the copy", "before the copy"]] * 2

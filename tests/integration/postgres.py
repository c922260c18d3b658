"""Private PostgreSQL servers for tests: as the devstack runs one, and one as bare as its makers' programs make it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.integration.service_process import REPOSITORY, wait_until
from tools.devstack import postgresql
from tools.devstack.options import StackOptions
from tools.devstack.ports import free_port
from tools.devstack.process import Process
from tools.devstack.setup import postgresql as programs
from tools.devstack.setup.machine import Machine

OWNER = "postgres"
# The services' tests run on both, and with STORE=postgres on the one that was asked for.
STORES = ["postgresql"] if StackOptions().on_postgres else ["sqlite", "postgresql"]


def empty_database(request: pytest.FixtureRequest, file: Path) -> str:
    """The address of an empty database of the kind that a fixture's parameter names: the file, or on the server."""
    if request.param == "sqlite":
        return f"sqlite:///{file}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


class PostgresServer:
    """A server as the devstack runs it, which can crash and come back; its data stays."""

    def __init__(self, folder: Path, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.log = folder / "postgresql.log"
        self.programs = programs.find(Machine(REPOSITORY, os.environ, lambda _: None))
        assert self.programs, "PostgreSQL is missing: run `make test`, which installs it"
        # Tests lose nothing when the machine goes down: no fsync.
        settings = {"fsync": "off", **settings}
        self._spec = postgresql.server(self.programs, self.port, folder / "postgresql", settings)
        self._process: Process | None = None

    def start(self) -> None:
        """Start, and wait until each service has its database."""
        self._process = Process(self._spec, REPOSITORY, os.environ, self.log, lambda _name, _line: None)
        wait_until("PostgreSQL is ready", self._ready)

    def kill(self) -> None:
        """Let it crash."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Stop in an orderly way."""
        assert self._process
        self._process.terminate()
        self._process.wait()

    def url(self, name: str = OWNER) -> str:
        """The address of a role's own database."""
        return postgresql.url(self.port, name)

    def new_database(self) -> str:
        """The address of a new, empty database, the superuser's."""
        name = f"test_{uuid4().hex}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"{self.url().rpartition('/')[0]}/{name}"

    def _ready(self) -> bool:
        assert self._process
        assert self._process.code is None, self.log.read_text()
        return self._process.is_ready()


@contextmanager
def running_server(folder: Path, **settings: str) -> Iterator[PostgresServer]:
    """A running server with these settings, its data in a folder of its own."""
    server = PostgresServer(folder, **settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a cluster of its own in a folder of its own, yield its address without a database's name, remove it."""
    # Not pytest's folder: that one is root's alone, and PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    port = free_port()
    data, socket = folder / "data", folder
    if os.getuid() == 0:
        shutil.chown(folder, OWNER)
    # Tests lose nothing when the machine goes down: no fsync.
    options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={socket} -c fsync=off"
    try:
        _run("initdb", "-D", str(data), "-U", "saga", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        _run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://saga@127.0.0.1:{port}"
        finally:
            _run("pg_ctl", "-D", str(data), "-w", "-m", "fast", "stop")
    finally:
        shutil.rmtree(folder)


def _run(program: str, *arguments: str) -> None:
    as_owner = ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--init-groups"] if os.getuid() == 0 else []
    # Not captured through a pipe: the server would inherit it and keep it open.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [*as_owner, _find(program), *arguments], cwd="/", check=False, stdout=output, stderr=subprocess.STDOUT
        )
        output.seek(0)
        assert done.returncode == 0, f"{program}: {output.read().decode()}"


def _find(program: str) -> str:
    """Debian keeps the server's programs off the PATH, one folder per version; the newest one serves."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(program)
    assert found, f"{program} is missing: install PostgreSQL"
    return found

"""A private PostgreSQL for tests, as the system's own programs start it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.service_process import free_port

OWNER = "postgres"


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


def create_database(server: str, name: str) -> str:
    """The URL of a new, empty database."""
    _run("createdb", "--maintenance-db", f"{server}/postgres", name)
    return f"{server}/{name}"


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

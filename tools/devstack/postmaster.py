"""`python -m tools.devstack.postmaster PROGRAMS FOLDER OPTION...`: make the cluster if there is none, run its server.

PostgreSQL refuses to run as root: root lends it the user `postgres`, who may not be let into the stack's folder (root's
home and pytest's folders are root's alone). So the server is handed its folder open, and walks to nothing: all of its
paths begin there. It is a child, not this process in another guise: SIGTERM would wait for its clients, and the guard
may be unable to look into another user's process. Should this one be killed, the kernel kills the server.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

OWNER = "postgres"
# The superuser, and every role that is made for a stack. Nothing but this machine reaches it.
PASSWORD = "development"  # noqa: S105
# What a killed server's children were doing ends within milliseconds; two busy cores may take longer.
ORPHANS_LIMIT_S = 10.0
POLL_S = 0.02


def main(programs: Path, folder: Path, options: list[str]) -> int:
    """Run the server until it ends or SIGTERM comes; its exit code."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = folder / "data"
    if not data.exists():
        _initialise(programs, folder)
    _bury(data)
    with _handed(data) as (handle, path):
        server = subprocess.Popen(  # noqa: S603 - our own command
            [*_as_owner(), "--pdeathsig=KILL", str(programs / "postgres"), "-D", path, *options],
            cwd="/",
            pass_fds=[handle],
        )
    # Fast: clients are told, what they have not committed is undone.
    signal.signal(signal.SIGTERM, lambda *_: server.send_signal(signal.SIGINT))
    code = server.wait()
    # As a shell says it of a server that a signal has ended.
    return code if code >= 0 else 128 - code


def _initialise(programs: Path, folder: Path) -> None:
    """Make the cluster beside its place, so that one that was broken off is never taken for one."""
    draft, password = folder / "draft", folder / "password"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    password.write_text(PASSWORD)
    if os.geteuid() == 0:
        for owned in (folder, draft, password):
            shutil.chown(owned, OWNER, OWNER)
    # No sync: a machine that goes down now has lost nothing yet.
    options = ["--username", OWNER, "--auth", "scram-sha-256", "--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"]
    with _handed(draft) as (handle, path):
        done = subprocess.run(  # noqa: S603 - our own command
            [*_as_owner(), str(programs / "initdb"), "-D", path, "--pwfile", f"{path}/../password", *options],
            cwd="/",
            pass_fds=[handle],
            capture_output=True,
            text=True,
            check=False,
        )
    password.unlink()
    if done.returncode:
        sys.exit(f"initdb failed: {done.stderr or done.stdout}")
    draft.rename(folder / "data")


@contextmanager
def _handed(folder: Path) -> Iterator[tuple[int, str]]:
    """The folder, open, and the path by which a child that has been handed it finds it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield handle, f"/proc/self/fd/{handle}"
    finally:
        os.close(handle)


def _as_owner() -> list[str]:
    if os.geteuid() != 0:
        return ["setpriv"]
    return ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--init-groups"]


def _bury(data: Path) -> None:
    """Wait until a killed server is gone with all of its processes: a new one would refuse to start beside them."""
    deadline = time.monotonic() + ORPHANS_LIMIT_S
    pid_file = data / "postmaster.pid"
    # Its lines: the process id first, key and id of its shared memory seventh (PostgreSQL's storage/pidfile.h).
    while pid_file.exists() and time.monotonic() < deadline:
        lines = pid_file.read_text().splitlines()
        held = len(lines) > 6 and _is_attached(lines[6].split()[1])
        if not lines or not (held or _lives(lines[0])):
            # A server that nobody has waited for keeps its process id, which a new one takes for its life.
            pid_file.unlink()
        time.sleep(POLL_S)


def _lives(pid: str) -> bool:
    # After the program's name in brackets comes the state; Z: dead, and not waited for.
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _is_attached(shared_memory: str) -> bool:
    blocks = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    return any(block == shared_memory and int(attached) > 0 for _, block, _, _, _, _, attached, *_ in blocks)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))

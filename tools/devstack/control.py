"""How another terminal speaks to a running stack: one line over a socket in its folder, one line back."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.devstack.errors import StackError
from tools.devstack.patience import PATIENCE_S

SOCKET = "control.sock"
LINE_BYTES_MAX = 200
# A restart waits for the process's end and its readiness, perhaps after one that is at work already.
ANSWER_LIMIT_S = 3 * PATIENCE_S
# A stack that has just told that it is ready listens some milliseconds later.
LISTEN_LIMIT_S = 1.0
# Whoever connects says at once what it wants.
REQUEST_LIMIT_S = 1.0


class Control:
    """The stack's end: `poll` carries out at most one request."""

    def __init__(self, data: Path) -> None:
        self._path = data / SOCKET
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        with _short(data) as folder:
            self._listener.bind(f"{folder}/{SOCKET}")
        self._path.chmod(0o600)
        self._listener.listen(4)

    def close(self) -> None:
        """Take no more requests."""
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def poll(self, timeout_s: float, restart: Callable[[str], None]) -> None:
        """Wait for a request at most that long; it is carried out beside whatever the stack does meanwhile."""
        self._listener.settimeout(timeout_s)
        with suppress(TimeoutError):
            connection, _ = self._listener.accept()
            threading.Thread(target=_answer, args=(connection, restart), daemon=True).start()


def _answer(connection: socket.socket, restart: Callable[[str], None]) -> None:
    with connection, suppress(OSError):
        connection.settimeout(REQUEST_LIMIT_S)
        name = connection.recv(LINE_BYTES_MAX).decode(errors="replace").strip()
        # A refused request answers why.
        connection.sendall(_carry_out(name, restart).encode())


def _carry_out(name: str, restart: Callable[[str], None]) -> str:
    try:
        restart(name)
    except StackError as error:
        return f"refused: {error}"
    return "done"


def ask_restart(data: Path, name: str) -> None:
    """Let the stack that runs on the data restart a process. Raises StackError when it does not."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_LIMIT_S)
        _connect(connection, data)
        connection.sendall(f"{name}\n".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b"")).decode()
    if answer != "done":
        raise StackError(answer.removeprefix("refused: ") or "The stack stopped before it had answered.")


def _connect(connection: socket.socket, data: Path) -> None:
    deadline = time.monotonic() + LISTEN_LIMIT_S
    while True:
        try:
            with _short(data) as folder:
                connection.connect(f"{folder}/{SOCKET}")
        except OSError as error:
            if time.monotonic() < deadline and (data / "stack.json").exists():
                time.sleep(LISTEN_LIMIT_S / 10)
                continue
            raise StackError(f"No stack that is ready runs on {data}.") from error
        return


@contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A short name of a folder: a socket's path has 107 characters at most."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{opened}"
    finally:
        os.close(opened)

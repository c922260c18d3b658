"""A private Redis for tests, which forgets everything when it ends."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from tools.devstack.ports import free_port
from tools.devstack.shop import Shop


@dataclass(frozen=True)
class Redis:
    """A running server; a test may stop its process."""

    url: str
    process: "subprocess.Popen[bytes]"


@contextmanager
def running_redis() -> Iterator[Redis]:
    """Start a server that writes nothing to the disk, and end it."""
    port = free_port()
    # `--save` without times turns snapshots off.
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        Shop.until(lambda: _answers(port), bool, "Redis")
        yield Redis(f"redis://127.0.0.1:{port}/0", process)
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=1)) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16) == b"+PONG\r\n"
    except OSError:
        return False

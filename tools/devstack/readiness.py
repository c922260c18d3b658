"""Questions that tell whether a process does its work; each answers within some seconds."""

import http.client
import socket
from collections.abc import Callable
from contextlib import suppress

from tools.devstack.ports import LOOPBACK

# On one machine an answer takes milliseconds, and seconds where others use all of it; what hangs is asked again.
TIMEOUT_S = 5.0
# The first bytes of AMQP 0-9-1; a broker that is up answers with a method frame, whose first byte is 1.
AMQP_HELLO = b"AMQP\x00\x00\x09\x01"


def http_ready(port: int, path: str = "/ready") -> Callable[[], bool]:
    """Whether the path answers 200."""

    def ready() -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=TIMEOUT_S)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready


def amqp_ready(port: int) -> Callable[[], bool]:
    """Whether a broker speaks AMQP there."""

    def ready() -> bool:
        with suppress(OSError), socket.create_connection((LOOPBACK, port), TIMEOUT_S) as connection:
            connection.sendall(AMQP_HELLO)
            return connection.recv(1) == b"\x01"
        return False

    return ready


def listens(port: int) -> bool:
    """Whether something accepts connections there."""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), TIMEOUT_S):
        return True
    return False

"""Connections that wait for their client: for the rest of a request, for the next one, or for the client to close.

None of them holds a thread. When there are too many, the address that holds the most loses its oldest.
"""

import socket
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from gunicorn.http.errors import NoMoreData  # type: ignore[import-untyped]
from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped]
from gunicorn.http.unreader import Unreader  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn  # type: ignore[import-untyped]

from lib.webapi.addresses import caller
from lib.webapi.incoming import Incoming

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# 10 s for all of a request, from its first byte, and 1 s more for each 64 KiB that have come, so that dripping bytes
# gains no time.
REQUEST_S = 10.0
BYTES_PER_S = 64 * 1024
# 10 s for a client to take an answer, and longer for a long one, at the same pace.
ANSWER_S = 10.0
# 2 s: a client that has read its answer closes its side in a round trip.
GOODBYE_S = 2.0
# 256 KiB of a refused body are still read: if we closed on unread bytes the client might miss the answer.
UNREAD_BYTES_MAX = 256 * 1024
# 16 KiB: what a connection costs (here and in the kernel) before it has sent anything.
CONNECTION_BYTES = 16 * 1024
# 64 MiB: 4096 connections, or ten of the largest bodies that any of our servers takes.
HELD_BYTES_MAX = 64 * 1024 * 1024


class ClientSocket(socket.socket):
    """A client's socket: what the kernel does not take of an answer at once is sent by the loop, so no thread waits."""

    def __init__(self, fileno: int) -> None:
        super().__init__(fileno=fileno)
        self.unsent = bytearray()

    def sendall(self, data: "ReadableBuffer", flags: int = 0, /) -> None:
        """Send what the kernel takes at once."""
        if self.unsent:
            self.unsent += data
            return
        self.unsent += memoryview(data)[self._send_some(data, flags) :]

    def send_more(self) -> None:
        """Send of the rest what the kernel takes at once."""
        del self.unsent[: self._send_some(self.unsent)]

    def _send_some(self, data: "ReadableBuffer", flags: int = 0) -> int:
        try:
            return self.send(data, flags | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0


class Whole(Unreader):  # type: ignore[misc]
    """A request that has arrived as a whole, so that reading it never waits."""

    def __init__(self, request: bytes) -> None:
        super().__init__()
        self.buf.write(request)

    def chunk(self, size_hint: int | None = None) -> bytes:  # noqa: ARG002 - gunicorn's signature
        """No more bytes: the parser sees another end than Incoming did, so the connection will be closed."""
        raise NoMoreData


class Connection(TConn):  # type: ignore[misc]
    """gunicorn's connection, with the request that comes in on it."""

    def __init__(self, cfg: Any, sock: ClientSocket, client: Any, server: Any, *, body_bytes_max: int) -> None:
        super().__init__(cfg, sock, client, server)
        # gunicorn would read the socket here; our thread has the whole request already.
        self.initialized = self.data_ready = True
        self.incoming = Incoming(body_bytes_max)
        self.address = caller(client[0] if isinstance(client, tuple) else None)
        # When it is closed, in seconds of the monotonic clock.
        self.deadline = time.monotonic() + REQUEST_S
        self._begun_at: float | None = None
        # After its last answer: how many bytes have come that nobody reads.
        self.unread: int | None = None

    @property
    def is_sending(self) -> bool:
        """Whether a request has begun to come."""
        return self._begun_at is not None and self.unread is None

    @property
    def is_idle(self) -> bool:
        """Whether neither a request nor an answer is under way."""
        return self._begun_at is None and not self.sock.unsent

    def came(self, data: bytes) -> None:
        """Take what the client has sent."""
        now = time.monotonic()
        self._begun_at = now if self._begun_at is None else self._begun_at
        self.incoming.add(data)
        self.deadline = self._begun_at + REQUEST_S + len(self.incoming) / BYTES_PER_S

    def serve(self, request: bytes) -> None:
        """Let a thread parse and answer the request."""
        self._begun_at = None
        self.parser = RequestParser(self.cfg, (), self.client)
        self.parser.unreader = Whole(request)

    @property
    def held_bytes(self) -> int:
        """What is kept for it, here and in the kernel."""
        return CONNECTION_BYTES + len(self.incoming) + len(self.sock.unsent)

    def answer(self) -> None:
        """Let its client take the rest of its answer."""
        self.deadline = time.monotonic() + ANSWER_S + len(self.sock.unsent) / BYTES_PER_S

    def rest(self, keep_alive_s: float) -> None:
        """Wait for the next request."""
        self.deadline = time.monotonic() + keep_alive_s
        self.sock.setblocking(False)

    def part(self) -> None:
        """Send the end, and wait for the client's: closing on unread bytes takes back the answer (RFC 9112, 9.6)."""
        self.incoming.clear()
        self.unread = 0
        self.sock.setblocking(False)
        self.sock.shutdown(socket.SHUT_WR)
        self.deadline = time.monotonic() + GOODBYE_S


class Holder(Protocol):
    """What Waiting has to know of a connection."""

    address: str
    deadline: float

    @property
    def held_bytes(self) -> int:
        """What is kept for it, here and in the kernel."""


C = TypeVar("C", bound=Holder)


class Waiting(Generic[C]):
    """The connections that wait, the longest first, and what they hold."""

    def __init__(self) -> None:
        self._held: dict[C, int] = {}
        self._held_by: Counter[str] = Counter()
        self.held_bytes = 0

    def __contains__(self, connection: C) -> bool:
        """Whether it waits."""
        return connection in self._held

    def add(self, connection: C) -> None:
        """Let it wait; `weigh` it again when it has sent more."""
        self._held[connection] = 0
        self.weigh(connection)

    def weigh(self, connection: C) -> None:
        """Take note of what it holds now."""
        self._note(connection, connection.held_bytes)

    def remove(self, connection: C) -> None:
        """It waits no longer."""
        self._note(connection, 0)
        del self._held[connection]
        if not self._held_by[connection.address]:
            del self._held_by[connection.address]

    def all(self) -> list[C]:
        """All of them."""
        return list(self._held)

    def expired(self, now: float) -> list[C]:
        """Those whose deadline (s of the monotonic clock) is over."""
        return [connection for connection in self._held if connection.deadline <= now]

    def heaviest(self) -> C | None:
        """The one to close when there is no room: the oldest of the address that holds the most."""
        if not self._held_by:
            return None
        address = max(self._held_by, key=self._held_by.__getitem__)
        return next(connection for connection in self._held if connection.address == address)

    def _note(self, connection: C, held: int) -> None:
        more = held - self._held[connection]
        self._held[connection] = held
        self._held_by[connection.address] += more
        self.held_bytes += more

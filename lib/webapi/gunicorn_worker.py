"""gunicorn's threaded worker with our conventions: no slow client holds a thread; what is malformed gets a problem.

Like a buffering proxy, the loop that accepts connections reads a whole request before it takes a thread, and closes
connections. So only the application holds a thread.
"""

import errno
import logging
import resource
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from lib.webapi.connections import HELD_BYTES_MAX, UNREAD_BYTES_MAX, ClientSocket, Connection, Waiting
from lib.webapi.header_lines import announce_lines
from lib.webapi.incoming import BodyTooLarge, HeadTooLarge
from lib.webapi.wire_refusals import RequestTooSlow, send_refusal

log = logging.getLogger(__name__)

# 75 s, as nginx has: longer than any client of ours keeps an idle connection (httpx 5 s, `clients` 30 s, most balancers
# 60 s), for whoever closes first takes the other's next request down. It costs no thread, and the idle make room.
KEEP_ALIVE_S = 75
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
READ_BYTES = 64 * 1024
# 0.5 s: a request that was sent before the process had to stop has arrived by then, and its answer says `close`.
LAST_CHANCE_S = 0.5
# A deadline may be late by that.
TICK_S = 0.5
# A client is gone before it was accepted, or another process was faster.
NOBODY = {errno.EAGAIN, errno.ECONNABORTED}
NO_FILES = {errno.EMFILE, errno.ENFILE}
# File descriptors for all else that a process opens: connections to services, logs, its database.
OTHER_FILES = 512


class Worker(ThreadWorker):  # type: ignore[misc]
    """The threaded worker of all our web processes."""

    # 64 KiB: the most that our APIs take. gunicorn has no setting for it: `buffering` makes a worker for another.
    body_bytes_max = 64 * 1024

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.worker_connections: int = self.cfg.worker_connections
        self.waiting = Waiting[Connection]()
        self._ticked_at = 0.0
        # Since the last tick: one line of log for a crowd.
        self._slow = self._crowded_out = 0

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse settings that this worker would not follow."""
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise ValueError("TLS ends before this server: it has no certificate of its own.")

    def init_process(self) -> None:
        """Raise the limit of open files to what the connections need, as far as the machine allows."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = self.worker_connections + OTHER_FILES
        if soft < wanted:
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.worker_connections = min(self.worker_connections, max(soft - OTHER_FILES, soft // 2))
        # A file would be sent past ClientSocket, by a thread that waits for its reader.
        self.cfg.set("sendfile", False)
        super().init_process()

    # ---- on the thread that accepts connections: nothing here ever waits --------------------------------------------

    def accept(self, listener: Any) -> None:
        """Accept a connection; where there is no room, another one is closed for it."""
        try:
            accepted, client = listener.accept()
        except OSError as error:
            if error.errno in NO_FILES:
                self._close_the_heaviest()
            elif error.errno not in NOBODY:
                raise
            return
        sock = ClientSocket(fileno=accepted.detach())
        self.nr_conns += 1
        server = listener.getsockname()
        self._wait_for(Connection(self.cfg, sock, client, server, body_bytes_max=self.body_bytes_max))
        if self.nr_conns >= self.worker_connections:
            self._close_the_heaviest()

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """A thread has answered: let the client take the answer; then wait for its next request, or close."""
        goes_on = not fs.cancelled() and not fs.exception() and bool(fs.result())
        if conn.sock.fileno() < 0:
            # gunicorn has closed it where an application failed behind its answer's beginning.
            self._forget(conn)
        elif conn.sock.unsent:
            conn.answer()
            self._wait_for(conn, EVENT_WRITE, partial(self._write, conn, goes_on))
        else:
            self._answered(conn, goes_on)

    def _write(self, conn: Connection, goes_on: bool, sock: ClientSocket) -> None:
        if conn not in self.waiting:
            return
        try:
            sock.send_more()
        except OSError:
            self._close(conn)
            return
        if not sock.unsent:
            self._stop_waiting(conn)
            self._answered(conn, goes_on)

    def _answered(self, conn: Connection, goes_on: bool) -> None:
        if not goes_on:
            self._part(conn)
            return
        try:
            conn.rest(self.cfg.keepalive if self.alive else min(self.cfg.keepalive, LAST_CHANCE_S))
        except OSError:
            self._forget(conn)
            return
        self._wait_for(conn)
        if len(conn.incoming) and conn in self.waiting:
            self._came(conn, b"")

    def murder_keepalived(self, force: bool = False) -> None:
        """Close the connections whose time is over."""
        now = time.monotonic()
        if not force and now - self._ticked_at < TICK_S:
            return
        self._ticked_at = now
        for conn in self.waiting.all() if force else self.waiting.expired(now):
            if conn.is_sending and not force:
                self._slow += 1
                self._refuse(conn, RequestTooSlow())
            else:
                self._close(conn)
        if self._slow or self._crowded_out:
            log.warning("closed %d slow requests, and %d connections for want of room", self._slow, self._crowded_out)
            self._slow = self._crowded_out = 0

    def _cap_keepalive(self, deadline: float) -> None:
        """Shorten the wait of idle connections when the process ends."""
        deadline = time.monotonic() + LAST_CHANCE_S
        for conn in self.waiting.all():
            if conn.is_idle:
                conn.deadline = min(conn.deadline, deadline)

    def _wait_for(self, conn: Connection, what: int = EVENT_READ, then: Callable[[Any], None] | None = None) -> None:
        self.waiting.add(conn)
        self.poller.register(conn.sock, what, then or partial(self._read, conn))
        if self.waiting.held_bytes > HELD_BYTES_MAX:
            self._close_the_heaviest()

    def _read(self, conn: Connection, sock: socket.socket) -> None:
        if conn not in self.waiting:
            # Closed a moment ago for want of room, by what has happened on another connection.
            return
        try:
            data = sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(conn)
        elif conn.unread is None:
            self._came(conn, data)
        else:
            conn.unread += len(data)
            if conn.unread > UNREAD_BYTES_MAX:
                self._close(conn)

    def _came(self, conn: Connection, data: bytes) -> None:
        conn.came(data)
        try:
            request = conn.incoming.take()
        except (HeadTooLarge, BodyTooLarge) as error:
            self._refuse(conn, error)
            return
        if request is None:
            self._go_on(conn)
            return
        self._stop_waiting(conn)
        conn.serve(request)
        self.enqueue_req(conn)

    def _go_on(self, conn: Connection) -> None:
        """Let the rest of a request come, if there is room."""
        self.waiting.weigh(conn)
        if conn.incoming.wants_to_be_asked():
            with suppress(OSError):
                conn.sock.send(GO_ON)
        if self.waiting.held_bytes > HELD_BYTES_MAX:
            self._close_the_heaviest()

    def _refuse(self, conn: Connection, error: Exception) -> None:
        send_refusal(conn.sock, error)
        self._stop_waiting(conn)
        self._part(conn)

    def _part(self, conn: Connection) -> None:
        try:
            conn.part()
        except OSError:
            self._forget(conn)
        else:
            self._wait_for(conn)

    def _close_the_heaviest(self) -> None:
        if conn := self.waiting.heaviest():
            self._crowded_out += 1
            self._close(conn)

    def _close(self, conn: Connection) -> None:
        self._stop_waiting(conn)
        self._forget(conn)

    def _stop_waiting(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        self.waiting.remove(conn)

    def _forget(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()

    # ---- on the threads --------------------------------------------------------------------------------------------

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """Whether the connection may be used again: not when gunicorn has read the request otherwise than we have."""
        return bool(super()._keepalive_after(conn, keepalive)) and not conn.parser.unreader.take_buffered()

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """Serve a request; the application learns how its headers came, which WSGI has joined."""
        announce_lines(name for name, _ in req.headers)
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:  # noqa: ARG002
        """Refuse what is no request. gunicorn's own answer is HTML, and its log line names the caller's address."""
        send_refusal(client, exc)


def buffering(body_bytes_max: int) -> type[Worker]:
    """The worker of an application that takes bodies of so many bytes."""
    return type("Worker", (Worker,), {"body_bytes_max": body_bytes_max})

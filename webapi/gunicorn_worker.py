"""gunicorn's threads with our manners: what never reaches an application is refused with a problem and an id too."""

import logging
import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.http import errors  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from webapi.header_lines import tell_lines
from webapi.problem_types import BY_STATUS
from webapi.problems import MEDIA_TYPE, Problem
from webapi.request_ids import HEADER, named

log = logging.getLogger(__name__)

BAD_REQUEST = 400, "Bad Request"
FAULT = 500, "Internal Server Error"
# What is refused with another status than 400 (RFC 9110, RFC 6585).
REFUSALS = {
    errors.LimitRequestLine: (414, "URI Too Long"),
    errors.LimitRequestHeaders: (431, "Request Header Fields Too Large"),
    errors.ExpectationFailed: (417, "Expectation Failed"),
    errors.UnsupportedTransferCoding: (501, "Not Implemented"),
}
# 2 s: a client that has read its answer closes its side in a round trip.
GOODBYE_S = 2.0
# 256 KiB: what a client may have sent beyond a body that was refused as too large; it would miss the answer otherwise.
UNREAD_BYTES_MAX = 256 * 1024


class Worker(ThreadWorker):  # type: ignore[misc]
    """The threaded worker of all our web processes."""

    def handle(self, conn: TConn) -> Any:
        """Serve a connection's next request; wait here for the client to close its side.

        gunicorn does that on the thread that accepts connections: one client that does not close would stop them all.
        """
        goes_on = super().handle(conn)
        if not goes_on:
            _say_goodbye(conn.sock)
        return goes_on

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Serve a request; the application learns how its headers came, which WSGI has joined."""
        tell_lines(name for name, _ in req.headers)
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:  # noqa: ARG002
        """Refuse what is no request. gunicorn's own answer is HTML, and its log line names the caller's address."""
        status, reason = _refusal(exc)
        with named() as name, suppress(OSError):
            if status == FAULT[0]:
                log.error("the request failed outside of the application", exc_info=exc)
            else:
                log.info("refused as no request of HTTP: %d %s", status, type(exc).__name__)
            kind = BY_STATUS.get(status) or BY_STATUS[FAULT[0] if status >= FAULT[0] else BAD_REQUEST[0]]
            body = Problem(status, kind.kind, f"{reason}.").body().encode()
            head = (
                f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: {MEDIA_TYPE}\r\n"
                f"Content-Length: {len(body)}\r\n{HEADER}: {name}\r\n\r\n"
            )
            client.sendall(head.encode() + body)


def _refusal(error: Exception) -> tuple[int, str]:
    """Status and reason of what happened before or outside of the application."""
    if isinstance(error, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName | errors.ConfigurationProblem):
        return FAULT
    return REFUSALS.get(type(error), BAD_REQUEST if isinstance(error, errors.ParseException) else FAULT)


def _say_goodbye(sock: socket.socket) -> None:
    """Send the end, and read until the client's: closing on unread bytes takes back the answer (RFC 9112, 9.6)."""
    deadline, unread = time.monotonic() + GOODBYE_S, 0
    with suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        while unread < UNREAD_BYTES_MAX and (left := deadline - time.monotonic()) > 0:
            sock.settimeout(left)
            if not (data := sock.recv(65536)):
                break
            unread += len(data)
    with suppress(OSError):
        # Nothing is left to wait for when gunicorn closes it.
        sock.shutdown(socket.SHUT_RDWR)

"""A malformed or too slow HTTP request is refused with a problem and a request id, like any other.

gunicorn's own answer is HTML, and its log line names the caller's address.
"""

import logging
import socket
from contextlib import suppress

from gunicorn.http import errors  # type: ignore[import-untyped]

from lib.webapi.incoming import BodyTooLarge, HeadTooLarge
from lib.webapi.problem_types import BY_STATUS
from lib.webapi.problems import MEDIA_TYPE, Problem
from lib.webapi.request_ids import HEADER, named

log = logging.getLogger(__name__)


class RequestTooSlow(Exception):
    """A request has not come in its time."""


BAD_REQUEST = 400, "Bad Request"
FAULT = 500, "Internal Server Error"
# What is refused with another status than 400 (RFC 9110, RFC 6585).
REFUSALS = {
    RequestTooSlow: (408, "Request Timeout"),
    BodyTooLarge: (413, "Content Too Large"),
    HeadTooLarge: (431, "Request Header Fields Too Large"),
    errors.LimitRequestLine: (414, "URI Too Long"),
    errors.LimitRequestHeaders: (431, "Request Header Fields Too Large"),
    errors.ExpectationFailed: (417, "Expectation Failed"),
    errors.UnsupportedTransferCoding: (501, "Not Implemented"),
}


def send_refusal(client: socket.socket, error: Exception) -> None:
    """Answer a request that does not reach the application."""
    status, reason = _refusal(error)
    with named() as name, suppress(OSError):
        if status == FAULT[0]:
            log.error("the request failed outside of the application", exc_info=error)
        else:
            # Slow ones come in crowds, which are counted.
            level = logging.DEBUG if isinstance(error, RequestTooSlow) else logging.INFO
            log.log(level, "refused as no request of HTTP: %d %s", status, type(error).__name__)
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

"""A name for each request: the caller's if it is well-formed, else our own; in every answer and every log line."""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

HEADER = "X-Request-Id"
# What a caller makes up stands in our log: short and plain, or not at all.
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
OUTSIDE = "-"

# A task on the event loop begins with the context of the thread that has handed it over, so it logs the same id.
_request_id: ContextVar[str] = ContextVar("request_id", default=OUTSIDE)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


def request_id() -> str:
    """The id of the request that this thread or task serves; "-" outside of requests."""
    return _request_id.get()


@contextmanager
def named(given: str = "") -> Iterator[str]:
    """Serve a request under the id that its caller has given, if it is well-formed."""
    name = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
    token = _request_id.set(name)
    try:
        yield name
    finally:
        # The server's threads serve one request after another.
        _request_id.reset(token)


class NamedRequests:
    """WSGI around a whole application, so that no answer goes out without its id, whoever has made it."""

    def __init__(self, application: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""

        def start_named(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, (HEADER, request_id())], *error)

        with named(environ.get("HTTP_X_REQUEST_ID", "")):
            return self._application(environ, start_named)

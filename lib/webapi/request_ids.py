"""A name for each request: the caller's if it is well-formed, else our own; in every answer and every log line."""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from lib.telemetry import ids

HEADER = "X-Request-Id"
# A caller's id stands in our log, so only a short and plain one is taken.
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
OUTSIDE = "-"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


def request_id() -> str:
    """The id of the request that this thread or task serves; "-" outside of requests."""
    return ids.bound(ids.REQUEST) or OUTSIDE


@contextmanager
def named(given: str = "") -> Iterator[str]:
    """Serve a request under the id that its caller has given, if it is well-formed."""
    name = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
    with ids.scope(request_id=name):
        yield name


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

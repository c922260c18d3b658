"""A request with two Idempotency-Key headers is refused: we cannot know which one is meant.

WSGI joins the lines of a header with commas, which a key may hold. So gunicorn's worker tells
us the lines; without it (`flask run`) a comma counts as a second line. Other headers need no help:
gunicorn refuses a doubled Host, Content-Type and Content-Length, two tokens are no token, two signatures have two
times, and a doubled request id or trace is a hint that is ignored.
"""

from collections.abc import Iterable
from contextvars import ContextVar

from flask import Flask, request

from lib.webapi.problem_types import INVALID_REQUEST

KEY = "Idempotency-Key"

_keys: ContextVar[int | None] = ContextVar("idempotency keys of the request", default=None)


def announce_lines(names: Iterable[str]) -> None:
    """Tell the names of the header lines of the request that this thread serves next."""
    _keys.set(sum(name.lower() == KEY.lower() for name in names))


def refuse_doubled_keys(api: Flask) -> None:
    """Let `api` answer 422 where the header Idempotency-Key stands twice."""

    @api.before_request
    def refuse() -> None:
        keys = _keys.get()
        is_doubled = "," in request.headers.get(KEY, "") if keys is None else keys > 1
        if is_doubled:
            fault = {"field": "headers.idempotency_key", "message": "Send one key, on one line."}
            raise INVALID_REQUEST.problem("The request is not valid.", errors=[fault])

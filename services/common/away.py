"""What a service answers when its database does not: 503, for the call may be repeated and nothing is half done."""

import logging

from apiflask import APIFlask
from flask import Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from webapi.problem_types import UNAVAILABLE

log = logging.getLogger(__name__)

# 1 s: a deadlock or a lock is over by then, and a server that restarts is asked not too often.
RETRY_AFTER_S = 1


def answer_for_the_database(api: APIFlask) -> None:
    """Let `api` answer 503 where the database is away, restarts, has no connection free, or broke off what waited.

    Deadlocks and failed serializations are among these: whoever asks again with the same key gets what it asked for.
    """

    @api.errorhandler(OperationalError)
    @api.errorhandler(InterfaceError)
    @api.errorhandler(NoConnectionFree)
    def away(error: Exception) -> Response:
        # Not the statement: its values are a purchase's.
        cause = getattr(error, "orig", None) or error
        log.warning("the database did not carry it out: %s: %s", type(cause).__name__, str(cause).splitlines()[0])
        detail = "The database did not carry this out; repeat it with the same Idempotency-Key."
        return UNAVAILABLE.problem(detail, headers={"Retry-After": str(RETRY_AFTER_S)}).response()

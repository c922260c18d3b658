"""When a service's database does not answer: HTTP gets 503, a consumer waits; nothing is half done."""

import logging

from apiflask import APIFlask
from flask import Response
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from lib.webapi.problem_types import UNAVAILABLE

log = logging.getLogger(__name__)

# 1 s: a deadlock or a lock is over by then, and a server that restarts is asked not too often.
RETRY_AFTER_S = 1
# Away, restarting, full, locked, deadlocked (OperationalError, InterfaceError); read-only until a failover is done
# (InternalError); not migrated yet, or not ours to write for a moment (ProgrammingError); no connection free.
AWAY = (OperationalError, InterfaceError, InternalError, ProgrammingError, NoConnectionFree)


def answer_for_the_database(api: APIFlask) -> None:
    """Let `api` answer 503 where the database is away: whoever asks again with the same key gets what it asked for."""

    def away(error: Exception) -> Response:
        log.warning("the database did not carry it out: %s", cause_of(error))
        detail = "The database did not carry this out; repeat it with the same Idempotency-Key."
        return UNAVAILABLE.problem(detail, headers={"Retry-After": str(RETRY_AFTER_S)}).response()

    for kind in AWAY:
        api.register_error_handler(kind, away)


def cause_of(error: Exception) -> str:
    """What a log may say of a database's error: not the statement, whose values are a purchase's."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {str(cause).splitlines()[0]}"

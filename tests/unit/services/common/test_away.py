"""What a service answers when its database does not."""

import pytest
from psycopg.errors import DeadlockDetected, ReadOnlySqlTransaction, SerializationFailure
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from lib.webapi import create_api
from services.common.away import answer_for_the_database

STATEMENT = "UPDATE payments SET buyer_id = 'alice'"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError(STATEMENT, {}, DeadlockDetected("deadlock detected")), 503),
        (OperationalError(STATEMENT, {}, SerializationFailure("could not serialize access")), 503),
        (InterfaceError(STATEMENT, {}, Exception("the connection is closed")), 503),
        (InternalError(STATEMENT, {}, ReadOnlySqlTransaction("cannot execute UPDATE in a read-only transaction")), 503),
        (NoConnectionFree("QueuePool limit of size 10 reached"), 503),
        (IntegrityError(STATEMENT, {}, Exception("a mistake of ours")), 500),
    ],
)
def test_what_a_repeat_may_heal_is_503(error: Exception, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """A database that is away, full or at odds with itself is to be asked again; a fault of ours is none of these."""
    api = create_api("tests.away", "Away", "", ready={})
    answer_for_the_database(api)

    @api.get("/write")
    def write() -> None:
        raise error

    answer = api.test_client().get("/write")
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("1" if status == 503 else None)
    if status == 503:
        assert "alice" not in caplog.text

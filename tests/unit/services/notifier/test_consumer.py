"""What becomes of a message, by what the database says of it."""

import json
from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import DataError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from lib.messaging.consumer import Reject, Retry
from services.notifier.consumer import handler
from services.notifier.notifications import Malformed, Notifications
from services.notifier.schemas import EXAMPLE


def database(outcome: bool | Exception) -> Callable[[bytes], bool]:
    """A database with this outcome."""

    def keep(_body: bytes) -> bool:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return keep


def completed(outcome: bool | Exception) -> type[Exception] | None:
    """What the consumer is told; None: acknowledge."""
    try:
        handler(database(outcome))(b"")
    except (Retry, Reject) as answer:
        return type(answer)
    return None


RESULTS = ("kept", "repeated", "waiting", "dead-lettered")
AWAY = OperationalError("INSERT", {}, Exception("away"))
READ_ONLY = InternalError("INSERT", {}, Exception("cannot execute INSERT in a read-only transaction"))
NOT_OURS_YET = ProgrammingError("INSERT", {}, Exception("relation does not exist"))
NEVER = DataError("INSERT", {}, Exception("does not fit"))


@pytest.mark.parametrize(
    ("outcome", "answer", "counted"),
    [
        (True, None, "kept"),
        (False, None, "repeated"),
        (AWAY, Retry, "waiting"),
        (READ_ONLY, Retry, "waiting"),
        (NOT_OURS_YET, Retry, "waiting"),
        (NoConnectionFree("QueuePool limit reached"), Retry, "waiting"),
        (Malformed("no event"), Reject, "dead-lettered"),
        (NEVER, Reject, "dead-lettered"),
    ],
)
def test_a_message_is_acknowledged_and_counted_by_what_the_database_says(
    outcome: bool | Exception, answer: type[Exception] | None, counted: str
) -> None:
    """Kept or known: acknowledged; database away: it waits; impossible to keep: a dead letter."""
    before = messages()
    assert completed(outcome) is answer
    assert {result: now - before[result] for result, now in messages().items() if now > before[result]} == {counted: 1}


def messages() -> dict[str, float]:
    """How many messages have had each result so far."""
    name = "notifier_messages_total"
    return {result: REGISTRY.get_sample_value(name, {"result": result}) or 0 for result in RESULTS}


@pytest.mark.parametrize(
    "body",
    [
        b"needle",
        json.dumps(EXAMPLE | {"data": {"purchase_id": "a needle"}}).encode(),
        json.dumps(EXAMPLE | {"id": "needle" * 100}).encode(),
        json.dumps(EXAMPLE | {"data": {"buyer_id": "needle", "email": "needle@example.com"}}).encode(),
        json.dumps(EXAMPLE | {"specversion": "needle"}).encode(),
        json.dumps(EXAMPLE | {"data": "needle"}).encode(),
    ],
)
def test_a_dead_letters_reason_tells_nothing_of_what_it_holds(notifications: Notifications, body: bytes) -> None:
    """People look at dead letters; the log line has the fault alone, and no error is chained to it."""
    with pytest.raises(Reject) as rejected:
        handler(notifications.keep)(body)
    assert "needle" not in str(rejected.value)
    assert rejected.value.__cause__ is None

"""What becomes of a delivered message, on a channel that only notes what it was told."""

import json
import logging
import threading
from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import DataError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from services.notifier.consumer import Consumer, Keeper, NotConsuming, settle
from services.notifier.notifications import Malformed, Notifications
from services.notifier.schemas import EXAMPLE


class FakeChannel:
    """A channel, and the connection that it belongs to."""

    def __init__(self, on_sleep: Callable[[], None] = lambda: None) -> None:
        self.connection = self
        self.told: list[str] = []
        self._on_sleep = on_sleep

    def basic_ack(self, tag: int) -> None:
        """Note an acknowledgement."""
        self.told.append(f"ack {tag}")

    def basic_reject(self, tag: int, *, requeue: bool) -> None:
        """Note a rejection."""
        self.told.append(f"{'requeue' if requeue else 'dead'} {tag}")

    def process_data_events(self, time_limit: float) -> None:
        """Nothing happens on this connection."""

    def add_callback_threadsafe(self, callback: Callable[[], None]) -> None:
        """Nobody has to be woken."""

    def sleep(self, _seconds: float) -> None:
        """Note that time passes while heartbeats go on."""
        self.told.append("wait")
        self._on_sleep()


def keeper(*outcomes: bool | Exception) -> Callable[[bytes], bool]:
    """A database that answers one outcome after the other."""
    coming = iter(outcomes)

    def keep(_body: bytes) -> bool:
        outcome = next(coming)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return keep


RESULTS = ("kept", "repeated", "waiting", "dead-lettered")
AWAY = OperationalError("INSERT", {}, Exception("away"))
READ_ONLY = InternalError("INSERT", {}, Exception("cannot execute INSERT in a read-only transaction"))
NOT_OURS_YET = ProgrammingError("INSERT", {}, Exception("relation does not exist"))
NEVER = DataError("INSERT", {}, Exception("does not fit"))


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ([True], ["ack 7"]),
        ([False], ["ack 7"]),
        ([AWAY, AWAY, True], ["wait", "wait", "ack 7"]),
        ([READ_ONLY, True], ["wait", "ack 7"]),
        ([NOT_OURS_YET, True], ["wait", "ack 7"]),
        ([NoConnectionFree("QueuePool limit reached"), True], ["wait", "ack 7"]),
        ([Malformed("no event")], ["dead 7"]),
        ([NEVER], ["dead 7"]),
    ],
)
def test_a_message_is_settled_by_what_the_database_says(outcomes: list[bool | Exception], told: list[str]) -> None:
    """Kept or known: acknowledged; database away: it waits; impossible to keep: a dead letter."""
    channel = FakeChannel()
    settle(channel, 7, b"", Keeper(keeper(*outcomes)), threading.Event())
    assert channel.told == told


def test_a_stop_leaves_a_waiting_message_to_the_next_process() -> None:
    """Told to stop while the database is away, it neither acknowledges nor rejects."""
    stopping = threading.Event()
    channel = FakeChannel(on_sleep=stopping.set)
    settle(channel, 7, b"", Keeper(keeper(AWAY)), stopping)
    assert channel.told == ["wait"]


def test_a_message_that_waits_says_so() -> None:
    """As long as the database takes nothing the keeper tells what for; afterwards it tells nothing."""
    waiting = Keeper(keeper(AWAY, True))
    told: list[str | None] = []
    channel = FakeChannel(on_sleep=lambda: told.append(waiting.waits_for))
    settle(channel, 7, b"", waiting, threading.Event())
    assert [*told, waiting.waits_for] == ["Exception: away", None]


def test_a_consumer_that_was_not_started_is_not_consuming() -> None:
    """Before its thread has connected, readiness is refused."""
    with pytest.raises(NotConsuming):
        Consumer("amqp://127.0.0.1/", keeper()).check()


@pytest.mark.parametrize(
    ("outcomes", "counted"),
    [
        ([True], {"kept": 1}),
        ([False], {"repeated": 1}),
        ([AWAY, True], {"waiting": 1, "kept": 1}),
        ([Malformed("no event")], {"dead-lettered": 1}),
    ],
)
def test_messages_are_counted_by_what_became_of_them(outcomes: list[bool | Exception], counted: dict[str, int]) -> None:
    """A message that waits for the database counts each try."""
    before = messages()
    settle(FakeChannel(), 7, b"", Keeper(keeper(*outcomes)), threading.Event())
    assert {result: now - before[result] for result, now in messages().items() if now > before[result]} == counted


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
def test_no_line_tells_what_a_message_holds(
    notifications: Notifications, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    """What cannot be kept goes to the dead letters, where people look at it; the log has its fault alone."""
    with caplog.at_level(logging.DEBUG):
        settle(FakeChannel(), 7, body, Keeper(notifications.keep), threading.Event())
    assert "dead letters" in caplog.text
    assert "needle" not in caplog.text

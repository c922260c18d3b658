"""What becomes of a delivered message, and of a consumer whose connection is lost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pika.adapters.utils.connection_workflow import AMQPConnectorStackTimeout
from pika.exceptions import AMQPConnectionError, ConnectionClosedByBroker

from lib.messaging.consumer import Consumer, NotConsuming, Reject, Retry
from tests.unit.lib.messaging.fake_broker import FakeBroker

DONE = None
LATER = Retry("the database is away")
NEVER = Reject("it is no event")
Handle = Callable[[bytes], None]


@pytest.fixture
def fake() -> FakeBroker:
    """A broker that is there."""
    return FakeBroker()


def handling(fake: FakeBroker, *outcomes: Exception | None) -> Handle:
    """A handler with these outcomes, one after the other; it notes each call where the broker notes what it is told."""
    coming = iter(outcomes)

    def handle(body: bytes) -> None:
        fake.told.append(f"handle {body.decode()}")
        if outcome := next(coming):
            raise outcome

    return handle


def consumer_of(fake: FakeBroker, handle: Handle, states: list[bool] | None = None) -> Consumer:
    """A consumer that notes its states."""
    noted = [] if states is None else states
    return Consumer(fake.at(), handle, on_state=noted.append, on_count=lambda _queue, _count: None)


@contextmanager
def running(consumer: Consumer) -> Iterator[Consumer]:
    """Start it, and stop it at the end."""
    consumer.start()
    try:
        yield consumer
    finally:
        consumer.stop()


def wait(event: threading.Event) -> None:
    """Wait until it has happened."""
    assert event.wait(5)


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ([DONE, DONE], ["handle a", "ack a", "handle b", "ack b"]),
        ([LATER, LATER, DONE, DONE], [*["handle a", "wait"] * 2, "handle a", "ack a", "handle b", "ack b"]),
        ([NEVER, DONE], ["handle a", "dead a", "handle b", "ack b"]),
    ],
)
def test_a_message_is_acknowledged_by_what_its_handler_says(
    fake: FakeBroker, outcomes: list[Exception | None], told: list[str]
) -> None:
    """Handled: acknowledged, and not before; Retry: it waits; Reject: a dead letter, and the next one comes."""
    fake.deliveries = [b"a", b"b"]
    with running(consumer_of(fake, handling(fake, *outcomes))):
        wait(fake.drained)
    assert fake.told == told


def test_a_message_that_waits_says_so_and_a_stop_leaves_it_to_the_next_process(fake: FakeBroker) -> None:
    """It consumes and is not ready; told to stop, it neither acknowledges nor rejects."""
    fake.deliveries = [b"a"]
    states: list[bool] = []

    def handle(_body: bytes) -> None:
        raise LATER

    with running(consumer_of(fake, handle, states)) as consumer:
        wait(fake.slept)
        consumer.check()
        with pytest.raises(NotConsuming, match="the database is away"):
            consumer.check_handling()
    consumer.check_handling()
    assert set(fake.told) == {"wait"}
    assert fake.deliveries == [b"a"]
    assert states[:2] == [True, False]


def test_what_it_tells_of_itself(fake: FakeBroker) -> None:
    """Consuming or not, and how many messages lie in each queue."""
    states: list[bool] = []
    counts: dict[str, int] = {}
    fake.messages = {"readers": 3, "readers.dead": 2}
    consumer = Consumer(fake.at(), handling(fake), on_state=states.append, on_count=counts.__setitem__)
    with pytest.raises(NotConsuming):
        consumer.check()
    with running(consumer):
        wait(fake.drained)
    assert (states[0], states[-1]) == (True, False)
    assert counts == {"readers": 3, "readers.dead": 2}
    with pytest.raises(NotConsuming):
        consumer.check()


@pytest.mark.parametrize("error", [AMQPConnectionError(), AMQPConnectorStackTimeout(), OSError("refused")])
def test_it_starts_before_its_broker(fake: FakeBroker, error: Exception) -> None:
    """Without a broker it does not consume and says so; it needs no restart when the broker comes."""
    fake.away = error
    with running(consumer_of(fake, handling(fake))) as consumer:
        wait(fake.refused)
        with pytest.raises(NotConsuming):
            consumer.check()
        fake.away = None
        wait(fake.drained)
        consumer.check()


@pytest.mark.parametrize("end", [ConnectionClosedByBroker(320, "bye"), OSError("reset"), None])
def test_a_lost_connection_is_replaced_and_what_was_not_acknowledged_comes_again(
    fake: FakeBroker, caplog: pytest.LogCaptureFixture, end: Exception | None
) -> None:
    """A broker that restarts, a network that breaks, a queue that somebody deletes: not at once, declared anew."""
    fake.deliveries = [b"a", end, b"b"]
    with running(consumer_of(fake, handling(fake, DONE, DONE))):
        wait(fake.drained)
    assert fake.told == ["handle a", "ack a", "handle b", "ack b"]
    assert fake.connections == 2
    assert "next try in 0.5 s" in caplog.text
    assert fake.declared[: len(fake.declared) // 2] == fake.declared[len(fake.declared) // 2 :]


def test_what_nobody_has_foreseen_acknowledges_nothing(fake: FakeBroker) -> None:
    """The message lies in its queue again, and the thread lives on."""
    fake.deliveries = [b"a"]
    with running(consumer_of(fake, handling(fake, RuntimeError("a bug")))) as consumer:
        wait(fake.closed)
        with pytest.raises(NotConsuming):
            consumer.check()
    assert fake.told == ["handle a"]
    assert fake.deliveries == [b"a"]


def test_heartbeats_are_served_while_a_message_is_handled(fake: FakeBroker) -> None:
    """A database that takes a minute costs no connection."""
    fake.deliveries = [b"a"]
    with running(consumer_of(fake, lambda _body: wait(fake.served))):
        wait(fake.drained)
    assert fake.told == ["ack a"]

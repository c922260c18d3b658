"""Messages: confirmed, or not done."""

import asyncio
from collections.abc import Iterator

import pytest
from pika.exceptions import AMQPConnectionError, ConnectionClosedByBroker, NackError, UnroutableError

from lib.messaging.publisher import WAITING_MAX, NotConfirmed, Publisher
from tests.unit.lib.messaging.fake_broker import FakeBroker

KEY = "sports.chess"


@pytest.fixture
def fake() -> FakeBroker:
    """A broker that is there."""
    return FakeBroker()


@pytest.fixture
def publisher(fake: FakeBroker) -> Iterator[Publisher]:
    """A publisher that is started, and leaves no connection behind."""
    publisher = Publisher(fake.at())
    publisher.start()
    yield publisher
    publisher.close()
    assert not fake.is_open


async def test_a_message_is_durable_and_must_be_routed(publisher: Publisher, fake: FakeBroker) -> None:
    """Persistent, mandatory, to the topology's exchange, with the properties that it was given."""
    await publisher.publish(KEY, b"mate", message_id="m1")
    (message,) = fake.published
    assert (message.exchange, message.routing_key, message.body) == ("news", KEY, b"mate")
    assert (message.mandatory, message.properties.delivery_mode, message.properties.message_id) == (True, 2, "m1")


async def test_one_connection_serves_many_messages(publisher: Publisher, fake: FakeBroker) -> None:
    """Concurrent publishes share it, in their order, and all are confirmed."""
    bodies = [str(number).encode() for number in range(20)]
    await asyncio.gather(*(publisher.publish(KEY, body) for body in bodies))
    assert [message.body for message in fake.published] == bodies
    assert fake.connections == 1


@pytest.mark.parametrize(
    "error",
    [
        NackError([]),
        UnroutableError([]),
        ConnectionClosedByBroker(320, "bye"),
        OSError("reset"),
        RuntimeError("a fault in the library"),
    ],
)
@pytest.mark.parametrize("close_error", [None, OSError("gone")])
async def test_what_is_not_confirmed_is_told_and_the_next_try_connects_again(
    publisher: Publisher, fake: FakeBroker, error: Exception, close_error: Exception | None
) -> None:
    """Whatever went wrong: NotConfirmed, the connection is closed as far as it can be, and the thread lives on."""
    fake.publish_errors, fake.close_error = [error], close_error
    with pytest.raises(NotConfirmed):
        await publisher.publish(KEY, b"mate")
    await publisher.publish(KEY, b"mate")
    assert (len(fake.published), fake.connections) == (1, 2)


@pytest.mark.parametrize("error", [AMQPConnectionError(), OSError("refused"), ValueError("a fault in the library")])
async def test_a_broker_that_is_away_is_tried_again_with_the_next_message(
    publisher: Publisher, fake: FakeBroker, error: Exception
) -> None:
    """NotConfirmed while it is away, published once it is back."""
    fake.away = error
    with pytest.raises(NotConfirmed):
        await publisher.publish(KEY, b"mate")
    fake.away = None
    await publisher.publish(KEY, b"mate")
    assert len(fake.published) == 1


@pytest.mark.parametrize(("error", "connections"), [(None, 1), (ConnectionClosedByBroker(320, "bye"), 2)])
async def test_an_idle_connection_is_served_and_a_lost_one_replaced(
    publisher: Publisher, fake: FakeBroker, error: Exception | None, connections: int
) -> None:
    """Heartbeats go on while nothing is to be published."""
    fake.idle_error = error
    await publisher.publish(KEY, b"mate")
    assert await asyncio.to_thread(fake.served.wait, 5)
    await publisher.publish(KEY, b"mate")
    assert (len(fake.published), fake.connections) == (2, connections)


async def test_what_waits_has_a_limit_and_what_was_given_up_is_never_sent(fake: FakeBroker) -> None:
    """A full queue is told at once and holds no stop up; who is canceled takes the message along."""
    publisher = Publisher(fake.at())
    waiting = [asyncio.create_task(publisher.publish(KEY, b"mate")) for _ in range(WAITING_MAX)]
    await asyncio.sleep(0)
    with pytest.raises(NotConfirmed, match="Full"):
        await publisher.publish(KEY, b"mate")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    publisher.start()
    publisher.close()
    assert fake.published == []


async def test_an_error_does_not_tell_the_password(publisher: Publisher, fake: FakeBroker) -> None:
    """It goes on to logs and histories, with whatever it was caused by."""
    fake.away = AMQPConnectionError("amqp://user:secret@broker")
    with pytest.raises(NotConfirmed) as raised:
        await publisher.publish(KEY, b"mate")
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None

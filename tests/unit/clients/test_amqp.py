"""Notifications: confirmed, or not done."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any, cast

import pika
import pytest
from opentelemetry.sdk.trace import TracerProvider
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError, ConnectionClosedByBroker, NackError, UnroutableError

from clients.amqp import DEAD_EXCHANGE, EXCHANGE, QUEUE, WAITING_MAX, AmqpNotifications, declare_topology
from domain.errors import Unavailable
from domain.messages import CloudEvent
from tests.unit.values import NOW

EVENT = CloudEvent(id="saga/publish", type="payment.success", subject="p1", time=NOW, data={"purchase_id": "p1"})


class Broker:
    """A broker, its connection and its channel in one; `errors` are raised by the publishes to come."""

    def __init__(self) -> None:
        self.connections = 0
        self.is_open = False
        self.topology: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.published: list[dict[str, Any]] = []
        self.errors: list[Exception] = []
        self.away: Exception | None = None
        self.refuses_topology: Exception | None = None
        self.confirms = False
        self.idle_error: Exception | None = None
        self.close_error: Exception | None = None
        self.served = threading.Event()

    def connect(self, url: str) -> pika.BlockingConnection:
        """Open a connection."""
        if self.away:
            raise self.away
        assert not self.is_open, "one connection at a time"
        self.connections += 1
        self.is_open = True
        self.confirms = False
        return cast("pika.BlockingConnection", self)

    @property
    def connection(self) -> "Broker":
        """The channel's connection."""
        return self

    def channel(self) -> "Broker":
        """Open a channel."""
        return self

    def exchange_declare(self, *args: Any, **kwargs: Any) -> None:
        """Keep it, or refuse."""
        if self.refuses_topology:
            raise self.refuses_topology
        self.topology.append(("exchange", args, kwargs))

    def queue_declare(self, *args: Any, **kwargs: Any) -> None:
        """Keep it."""
        self.topology.append(("queue", args, kwargs))

    def queue_bind(self, *args: Any, **kwargs: Any) -> None:
        """Keep it."""
        self.topology.append(("bind", args, kwargs))

    def confirm_delivery(self) -> None:
        """From now on each publish is confirmed."""
        self.confirms = True

    def basic_publish(self, exchange: str, **message: Any) -> None:
        """Store the message, or fail."""
        assert self.confirms
        if self.errors:
            raise self.errors.pop(0)
        self.published.append({"exchange": exchange} | message)

    def process_data_events(self, seconds: float) -> None:
        """Serve a heartbeat, or find that the connection is gone."""
        self.served.set()
        if self.idle_error:
            raise self.idle_error

    def close(self) -> None:
        """Close the connection, which may be gone already."""
        self.is_open = False
        if self.close_error:
            raise self.close_error


@pytest.fixture
def broker() -> Broker:
    """A broker that is there."""
    return Broker()


@pytest.fixture
def notifications(broker: Broker) -> Iterator[AmqpNotifications]:
    """The port over that broker."""
    port = AmqpNotifications("amqp://broker", broker.connect)
    port.start()
    yield port
    port.close()
    assert not broker.is_open


async def test_a_message_is_durable_named_and_must_be_routed(notifications: AmqpNotifications, broker: Broker) -> None:
    """Persistent, mandatory, its type as the routing key, the event's id as its own, the event as its body."""
    await notifications.publish(EVENT)
    (message,) = broker.published
    assert (message["exchange"], message["routing_key"], message["mandatory"]) == (EXCHANGE, "payment.success", True)
    properties = message["properties"]
    assert (properties.message_id, properties.delivery_mode) == ("saga/publish", 2)
    assert properties.content_type == "application/cloudevents+json"
    assert CloudEvent.model_validate_json(message["body"]) == EVENT


async def test_a_message_carries_the_trace_that_it_is_published_in(
    notifications: AmqpNotifications, broker: Broker
) -> None:
    """Beside the event's own members, and different on each attempt; the id and all else stay the same."""
    for name in ("first", "second"):
        with TracerProvider(shutdown_on_exit=False).get_tracer("test").start_as_current_span(name):
            await notifications.publish(EVENT)
    await notifications.publish(EVENT)
    bodies = [json.loads(message["body"]) for message in broker.published]
    traces = [body.pop("traceparent", None) for body in bodies]
    assert len(set(traces)) == 3
    assert traces[2] is None
    assert bodies == [EVENT.model_dump(mode="json")] * 3


async def test_one_connection_serves_many_messages(notifications: AmqpNotifications, broker: Broker) -> None:
    """Concurrent publishes share it, and all are confirmed."""
    events = [EVENT.model_copy(update={"id": str(number)}) for number in range(20)]
    await asyncio.gather(*map(notifications.publish, events))
    assert [message["properties"].message_id for message in broker.published] == [str(n) for n in range(20)]
    assert broker.connections == 1


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
async def test_what_is_not_confirmed_is_unknown_and_the_next_try_connects_again(
    notifications: AmqpNotifications, broker: Broker, error: Exception
) -> None:
    """Whatever went wrong: Unavailable, the connection is closed, and the thread lives on."""
    broker.errors = [error]
    with pytest.raises(Unavailable):
        await notifications.publish(EVENT)
    await notifications.publish(EVENT)
    assert (len(broker.published), broker.connections) == (1, 2)


@pytest.mark.parametrize("error", [AMQPConnectionError(), OSError("refused"), ValueError("no such URL")])
async def test_a_broker_that_is_away_is_unknown(
    notifications: AmqpNotifications, broker: Broker, error: Exception
) -> None:
    """It is tried again with the next message."""
    broker.away = error
    with pytest.raises(Unavailable):
        await notifications.publish(EVENT)
    broker.away = None
    await notifications.publish(EVENT)
    assert len(broker.published) == 1


async def test_a_broker_that_refuses_the_topology_keeps_no_connection(
    notifications: AmqpNotifications, broker: Broker
) -> None:
    """Each attempt closes what it has opened."""
    broker.refuses_topology = ConnectionClosedByBroker(406, "other arguments")
    with pytest.raises(Unavailable):
        await notifications.publish(EVENT)
    assert not broker.is_open


@pytest.mark.parametrize(("error", "connections"), [(None, 1), (ConnectionClosedByBroker(320, "bye"), 2)])
async def test_an_idle_connection_is_served_and_a_lost_one_replaced(
    notifications: AmqpNotifications, broker: Broker, error: Exception | None, connections: int
) -> None:
    """Heartbeats go on while nothing is to be published."""
    broker.idle_error = error
    await notifications.publish(EVENT)
    assert await asyncio.to_thread(broker.served.wait, 5)
    await notifications.publish(EVENT)
    assert (len(broker.published), broker.connections) == (2, connections)


async def test_a_connection_that_cannot_be_closed_is_left(notifications: AmqpNotifications, broker: Broker) -> None:
    """What is gone needs no farewell."""
    broker.errors, broker.close_error = [OSError("reset")], OSError("gone")
    with pytest.raises(Unavailable):
        await notifications.publish(EVENT)
    await notifications.publish(EVENT)
    assert (len(broker.published), broker.connections) == (1, 2)


async def test_what_waits_has_a_limit_and_what_was_given_up_is_never_sent(broker: Broker) -> None:
    """A full queue is unknown at once; a step that is canceled takes its message along."""
    port = AmqpNotifications("amqp://broker", broker.connect)
    waiting = [asyncio.create_task(port.publish(EVENT)) for _ in range(WAITING_MAX)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await port.publish(EVENT)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    port.start()
    port.close()
    assert broker.published == []


async def test_an_error_does_not_tell_the_password(broker: Broker) -> None:
    """Errors stand in logs and in Temporal's histories."""
    port = AmqpNotifications("amqp://user:secret@broker", broker.connect)
    broker.away = AMQPConnectionError("amqp://user:secret@broker")
    port.start()
    with pytest.raises(Unavailable) as raised:
        await port.publish(EVENT)
    port.close()
    assert "secret" not in str(raised.value)


def test_the_topology_is_what_the_notifier_expects(broker: Broker) -> None:
    """A durable topic exchange, a quorum queue with a delivery limit, and a place for what nobody can read."""
    declare_topology(cast("BlockingChannel", broker))
    assert broker.topology == [
        ("exchange", (DEAD_EXCHANGE,), {"exchange_type": "fanout", "durable": True}),
        (
            "queue",
            (DEAD_EXCHANGE,),
            {"durable": True, "arguments": {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}},
        ),
        ("bind", (DEAD_EXCHANGE, DEAD_EXCHANGE), {}),
        ("exchange", (EXCHANGE,), {"exchange_type": "topic", "durable": True}),
        (
            "queue",
            (QUEUE,),
            {
                "durable": True,
                "arguments": {
                    "x-queue-type": "quorum",
                    "x-dead-letter-exchange": DEAD_EXCHANGE,
                    "x-delivery-limit": 1000,
                },
            },
        ),
        ("bind", (QUEUE, EXCHANGE), {"routing_key": "payment.#"}),
    ]

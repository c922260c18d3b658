"""What the sagas publish: CloudEvents, confirmed or not done."""

import json
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from pika.exceptions import AMQPConnectionError

from clients.amqp import NOTIFICATIONS, AmqpNotifications
from domain.errors import Unavailable
from domain.messages import CloudEvent
from lib.messaging.publisher import Publisher
from services.notifier import consumer
from tests.unit.lib.messaging.fake_broker import FakeBroker
from tests.unit.values import NOW

EVENT = CloudEvent(id="saga/publish", type="payment.success", subject="p1", time=NOW, data={"purchase_id": "p1"})


@pytest.fixture
def broker() -> FakeBroker:
    """A broker that is there."""
    return FakeBroker()


@pytest.fixture
def notifications(broker: FakeBroker) -> Iterator[AmqpNotifications]:
    """The port over that broker."""
    publisher = Publisher(broker.at("amqp://user:secret@broker", NOTIFICATIONS))
    publisher.start()
    yield AmqpNotifications(publisher)
    publisher.close()


async def test_a_message_is_the_event_under_its_own_name(notifications: AmqpNotifications, broker: FakeBroker) -> None:
    """Its type is the routing key, its id the message's, itself the body."""
    await notifications.publish(EVENT)
    (message,) = broker.published
    assert (message.exchange, message.routing_key) == ("notifications", "payment.success")
    assert message.properties.message_id == "saga/publish"
    assert message.properties.content_type == "application/cloudevents+json"
    assert CloudEvent.model_validate_json(message.body) == EVENT


async def test_a_message_carries_the_trace_that_it_is_published_in(
    notifications: AmqpNotifications, broker: FakeBroker
) -> None:
    """Beside the event's own members, and different on each attempt; the id and all else stay the same."""
    for name in ("first", "second"):
        with TracerProvider(shutdown_on_exit=False).get_tracer("test").start_as_current_span(name):
            await notifications.publish(EVENT)
    await notifications.publish(EVENT)
    bodies = [json.loads(message.body) for message in broker.published]
    traces = [body.pop("traceparent", None) for body in bodies]
    assert len(set(traces)) == 3
    assert traces[2] is None
    assert bodies == [EVENT.model_dump(mode="json")] * 3


async def test_what_is_not_confirmed_is_unknown(notifications: AmqpNotifications, broker: FakeBroker) -> None:
    """The step is tried again; the error, which goes into histories, names what was not published, and no password."""
    broker.away = AMQPConnectionError("amqp://user:secret@broker")
    with pytest.raises(Unavailable, match=r"payment\.success: AMQPConnectionError") as raised:
        await notifications.publish(EVENT)
    assert "secret" not in str(raised.value)


def test_the_notifier_declares_the_same_topology() -> None:
    """A broker refuses whoever comes second with another one."""
    assert consumer.NOTIFICATIONS == NOTIFICATIONS

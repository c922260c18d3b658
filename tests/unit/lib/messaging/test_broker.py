"""A connection, and what stands in the broker once it is open."""

import pytest
from pika.exceptions import ChannelClosedByBroker

from tests.unit.lib.messaging.fake_broker import FakeBroker


def test_whoever_connects_declares_the_topology() -> None:
    """A durable topic exchange, a quorum queue with a delivery limit, and a place for what nobody can read."""
    fake = FakeBroker()
    with fake.at().channel():
        pass
    dead = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}
    queue = {"x-queue-type": "quorum", "x-delivery-limit": 1000, "x-dead-letter-exchange": "readers.dead"}
    assert fake.declared == [
        ("exchange", "readers.dead", {"exchange_type": "fanout", "durable": True}),
        ("queue", "readers.dead", {"durable": True, "arguments": dead}),
        ("bind", "readers.dead", "readers.dead", {}),
        ("exchange", "news", {"exchange_type": "topic", "durable": True}),
        ("queue", "readers", {"durable": True, "arguments": queue}),
        ("bind", "readers", "news", {"routing_key": "sports.#"}),
    ]


def test_a_broker_that_refuses_the_topology_keeps_no_connection() -> None:
    """Each attempt closes what it has opened, and tells the refusal even where that cannot be closed."""
    fake = FakeBroker()
    fake.declare_error, fake.close_error = ChannelClosedByBroker(406, "other arguments"), OSError("gone")
    with pytest.raises(ChannelClosedByBroker), fake.at().channel():
        pass
    assert not fake.is_open


def test_a_connection_has_limits_whatever_its_url_says() -> None:
    """No wait for a broker that is frozen, or blocks, lasts longer than seconds."""
    fake = FakeBroker()
    with fake.at("amqp://broker/?heartbeat=600&socket_timeout=60&stack_timeout=60").channel():
        pass
    told = fake.parameters
    assert told
    assert told.heartbeat == 10
    assert {told.socket_timeout, told.stack_timeout, told.blocked_connection_timeout} == {5}


def test_a_broker_is_named_without_its_password() -> None:
    """Host, port, user and virtual host are what an operator looks for."""
    broker = FakeBroker().at("amqp://shop:secret@rabbit.example:5673/orders")
    assert str(broker) == "RabbitMQ at rabbit.example:5673 (user shop, vhost orders)"


@pytest.mark.parametrize(
    "url",
    ["amqp://shop:top/secret@rabbit.example/", "amqp://shop:x@rabbit.example:99999/", "amqp://h/?heartbeat=often"],
)
def test_a_url_that_is_none_is_refused_without_being_quoted(url: str) -> None:
    """A wrong AMQP_URL is named, with the form that it should have, and no piece of it is shown."""
    with pytest.raises(ValueError, match=r"AMQP_URL is wrong: write amqp://") as failed:
        FakeBroker().at(url)
    assert "'top'" not in str(failed.value)

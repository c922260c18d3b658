"""A broker and its topology: connections that give up rather than hang, publishing and counting."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError

log = logging.getLogger(__name__)

# 5 s: a broker that neither answers nor refuses by then counts as away.
ANSWER_TIMEOUT_S = 5.0
# 10 s: a broker that froze or vanished without a word is noticed within 30 s, for pika checks every 15 s what has come.
HEARTBEAT_S = 10
# A message that cannot be read is rejected at its first delivery. Any other is delivered again after a broken
# connection or an outage; after 1000 deliveries it probably kills its consumers, and becomes a dead letter.
DELIVERY_LIMIT = 1000
# Listing dead letters counts as a delivery too, and must not destroy them.
DEAD_DELIVERY_LIMIT = 1_000_000
# How a broker is away, or refuses; the connector's own errors, a handshake that hangs for one, are no AMQPError.
ERRORS = (AMQPError, AMQPConnectorException, OSError)

Connect = Callable[[pika.URLParameters], pika.BlockingConnection]


@dataclass(frozen=True)
class Topology:
    """A topic exchange, the quorum queue that gets what matches `binding`, and its dead letters; all are durable."""

    exchange: str
    queue: str
    binding: str

    @property
    def dead(self) -> str:
        """The queue of dead letters, and the fanout exchange that fills it."""
        return f"{self.queue}.dead"

    def declare(self, channel: BlockingChannel) -> None:
        """Create what is missing; raises ChannelClosedByBroker where something stands there with other arguments."""
        dead: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": DEAD_DELIVERY_LIMIT}
        channel.exchange_declare(self.dead, exchange_type="fanout", durable=True)
        channel.queue_declare(self.dead, durable=True, arguments=dead)
        channel.queue_bind(self.dead, self.dead)
        arguments = dead | {"x-dead-letter-exchange": self.dead, "x-delivery-limit": DELIVERY_LIMIT}
        channel.exchange_declare(self.exchange, exchange_type="topic", durable=True)
        channel.queue_declare(self.queue, durable=True, arguments=arguments)
        channel.queue_bind(self.queue, self.exchange, routing_key=self.binding)


class Broker:
    """The broker at an amqp:// or amqps:// URL; raises ValueError, which does not quote it, where it is no URL."""

    def __init__(self, url: str, topology: Topology, connect: Connect = pika.BlockingConnection) -> None:
        try:
            parameters = pika.URLParameters(url)
        except Exception:
            # The error's own text quotes what stands after a colon, which may be a piece of the password.
            form = "amqp://user:password@host:port/virtual-host, special characters percent-encoded"
            raise ValueError(f"AMQP_URL is wrong: write {form}.") from None
        parameters.heartbeat = HEARTBEAT_S
        parameters.socket_timeout = ANSWER_TIMEOUT_S
        parameters.stack_timeout = ANSWER_TIMEOUT_S
        parameters.blocked_connection_timeout = ANSWER_TIMEOUT_S
        self.topology = topology
        self._parameters = parameters
        self._connect = connect

    def __str__(self) -> str:
        at = self._parameters
        return f"RabbitMQ at {at.host}:{at.port} (user {at.credentials.username}, vhost {at.virtual_host})"

    @contextmanager
    def channel(self) -> Iterator[BlockingChannel]:
        """A channel that confirms what is published, on a connection of its own, with the topology declared.

        Raises one of ERRORS. What is not acknowledged when the connection is closed at the end lies in its queue again.
        """
        connection = self._connect(self._parameters)
        try:
            channel = connection.channel()
            self.topology.declare(channel)
            channel.confirm_delivery()
            yield channel
        finally:
            # Closing a broken connection fails too, and would hide the error that broke it.
            try:
                if connection.is_open:
                    connection.close()
            except Exception as error:
                log.info("%s: closing: %r", self, error)


def publish(channel: BlockingChannel, exchange: str, routing_key: str, body: bytes, **properties: Any) -> None:
    """Publish a persistent message; raises one of ERRORS unless the broker confirms that it is routed and stored."""
    persistent = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent, **properties)
    channel.basic_publish(exchange, routing_key, body, persistent, mandatory=True)


def count(channel: BlockingChannel, queue: str) -> int:
    """How many messages a queue has ready."""
    return int(channel.queue_declare(queue, passive=True).method.message_count)

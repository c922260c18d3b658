"""Notifications over AMQP: one thread owns the connection, every message is confirmed by the broker."""

import asyncio
import contextvars
import json
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from domain.errors import Unavailable
from domain.messages import CloudEvent
from lib.telemetry import tracing

log = logging.getLogger(__name__)

EXCHANGE = "notifications"
QUEUE = "notifications"
BINDING = "payment.#"
DEAD_EXCHANGE = "notifications.dead"
# What cannot be read is rejected at its first delivery. All others are delivered again after a broken connection or an
# outage, which is no fault of theirs: a thousand times before one is taken for what kills its consumers.
DELIVERY_LIMIT = 1000
# An operator's look counts as a delivery too, and no look may destroy what it looks at.
DEAD_DELIVERY_LIMIT = 1_000_000

# 5 s: a broker that neither confirms nor refuses by then is taken for away; the step is tried again.
CONFIRM_TIMEOUT_S = 5.0
# How often the owner thread serves heartbeats while nothing is to be published.
IDLE_S = 1.0
# As many messages as a worker has steps at once; a full queue is the broker's absence, not ours to hoard.
WAITING_MAX = 200

_Job = tuple[CloudEvent, "Future[None]", contextvars.Context]


def connect(url: str) -> pika.BlockingConnection:
    """A connection that gives up rather than hang; raises OSError or one of pika's errors, which share no base."""
    parameters = pika.URLParameters(url)
    parameters.heartbeat = 10
    parameters.socket_timeout = CONFIRM_TIMEOUT_S
    parameters.stack_timeout = CONFIRM_TIMEOUT_S
    parameters.blocked_connection_timeout = CONFIRM_TIMEOUT_S
    return pika.BlockingConnection(parameters)


def broker_of(url: str) -> str:
    """Where a URL points, without its password. Raises ValueError, without what stands there, where it is no URL."""
    try:
        parameters = pika.URLParameters(url)
    except Exception:
        # The error's own words quote what stands after a colon, which may be a piece of the password.
        raise ValueError(
            "AMQP_URL is wrong: write amqp://user:password@host:port/virtual-host, special characters percent-encoded."
        ) from None
    user = parameters.credentials.username
    return f"RabbitMQ at {parameters.host}:{parameters.port} (user {user}, vhost {parameters.virtual_host})"


def declare_topology(channel: BlockingChannel) -> None:
    """The exchange, the durable quorum queue bound to it, and where its undeliverable messages go."""
    channel.exchange_declare(DEAD_EXCHANGE, exchange_type="fanout", durable=True)
    dead: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": DEAD_DELIVERY_LIMIT}
    channel.queue_declare(DEAD_EXCHANGE, durable=True, arguments=dead)
    channel.queue_bind(DEAD_EXCHANGE, DEAD_EXCHANGE)
    channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
    arguments: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": DEAD_EXCHANGE,
        "x-delivery-limit": DELIVERY_LIMIT,
    }
    channel.queue_declare(QUEUE, durable=True, arguments=arguments)
    channel.queue_bind(QUEUE, EXCHANGE, routing_key=BINDING)


class AmqpNotifications:
    """The port `domain.ports.Notifications`; `start` it once per process and `close` it at the end."""

    def __init__(self, url: str, connect: Callable[[str], pika.BlockingConnection] = connect) -> None:
        self._url = url
        self._connect = connect
        self._jobs: queue.Queue[_Job | None] = queue.Queue(maxsize=WAITING_MAX)
        self._owner = threading.Thread(target=self._own_connection, name="amqp", daemon=True)

    def start(self) -> None:
        """Begin to own a connection; the first message opens it."""
        self._owner.start()

    def close(self) -> None:
        """Publish what waits, then close the connection."""
        self._jobs.put(None)
        self._owner.join(CONFIRM_TIMEOUT_S)

    async def publish(self, event: CloudEvent) -> None:
        """Publish; Unavailable unless the broker has confirmed that the message is routed and stored."""
        done: Future[None] = Future()
        try:
            # What is logged and traced for it there bears the ids of who publishes.
            self._jobs.put_nowait((event, done, contextvars.copy_context()))
            await asyncio.wait_for(asyncio.wrap_future(done), CONFIRM_TIMEOUT_S)
        except (queue.Full, TimeoutError) as error:
            raise Unavailable(f"RabbitMQ has not confirmed {event.type}") from error

    def _own_connection(self) -> None:
        # Whatever goes wrong with a connection, this thread goes on: without it no notification leaves any more.
        channel: BlockingChannel | None = None
        while True:
            try:
                job = self._jobs.get(timeout=IDLE_S)
            except queue.Empty:
                channel = _served(channel)
                continue
            if job is None:
                break
            event, done, publisher = job
            channel = publisher.run(self._publish, channel, event, done)
        _close(channel)

    def _publish(
        self, channel: BlockingChannel | None, event: CloudEvent, done: "Future[None]"
    ) -> BlockingChannel | None:
        if not done.set_running_or_notify_cancel():
            return channel
        try:
            channel = channel if channel and channel.is_open else self._open()
            with tracing.publishing(event.type, event.id) as trace:
                channel.basic_publish(
                    EXCHANGE,
                    routing_key=event.type,
                    body=_body(event, trace),
                    properties=pika.BasicProperties(
                        message_id=event.id,
                        content_type="application/cloudevents+json",
                        delivery_mode=pika.DeliveryMode.Persistent,
                    ),
                    mandatory=True,
                )
        except Exception as error:
            log.warning("RabbitMQ: %s is not published: %r", event.type, error)
            done.set_exception(Unavailable(f"RabbitMQ: {type(error).__name__}"))
            _close(channel)
            return None
        done.set_result(None)
        return channel

    def _open(self) -> BlockingChannel:
        connection = self._connect(self._url)
        try:
            channel = connection.channel()
            declare_topology(channel)
            channel.confirm_delivery()
        except Exception:
            # A broker that refuses our topology would else gather a connection with every attempt.
            connection.close()
            raise
        return channel


def _body(event: CloudEvent, trace: Mapping[str, str]) -> bytes:
    """The event as JSON; its trace stands beside its data (CloudEvents' extension "Distributed Tracing")."""
    return json.dumps({**event.model_dump(mode="json"), **trace}, separators=(",", ":")).encode()


def _served(channel: BlockingChannel | None) -> BlockingChannel | None:
    """The channel with its heartbeats served, or None if the connection is gone."""
    try:
        if channel and channel.is_open:
            channel.connection.process_data_events(0)
            return channel
    except Exception as error:
        log.warning("RabbitMQ: the idle connection is gone: %r", error)
    _close(channel)
    return None


def _close(channel: BlockingChannel | None) -> None:
    try:
        if channel and channel.connection.is_open:
            channel.connection.close()
    except Exception as error:
        log.info("RabbitMQ: closing: %r", error)

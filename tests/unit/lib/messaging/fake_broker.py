"""A broker without a socket."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pika

from lib.messaging.broker import Broker, Topology

TOPOLOGY = Topology(exchange="news", queue="readers", binding="sports.#")


class FakeBroker:
    """A broker, its connection and its channel in one.

    `deliveries` are what its consumer gets: a body, an error that ends the connection, or None: the consumer is ended.
    """

    def __init__(self) -> None:
        self.connections = 0
        self.parameters: pika.URLParameters | None = None
        self.is_open = False
        self.away: Exception | None = None
        self.refused = threading.Event()
        self.closed = threading.Event()
        self.close_error: Exception | None = None
        self.declared: list[tuple[Any, ...]] = []
        self.declare_error: Exception | None = None
        self.messages: dict[str, int] = {}
        self.confirms = False
        self.published: list[SimpleNamespace] = []
        self.publish_errors: list[Exception] = []
        self.served = threading.Event()
        self.idle_error: Exception | None = None
        self.deliveries: list[bytes | Exception | None] = []
        self.drained = threading.Event()
        self.told: list[str] = []
        self.slept = threading.Event()
        self._unacknowledged: dict[int, bytes] = {}
        self._woken = threading.Event()

    def at(self, url: str = "amqp://broker", topology: Topology = TOPOLOGY) -> Broker:
        """The broker as ours connect to it."""
        return Broker(url, topology, self.connect)

    def connect(self, parameters: pika.URLParameters) -> pika.BlockingConnection:
        """Open a connection."""
        if self.away:
            self.refused.set()
            raise self.away
        assert not self.is_open, "one connection at a time"
        self.parameters = parameters
        self.connections += 1
        self.is_open = True
        self.confirms = False
        return cast("pika.BlockingConnection", self)

    def close(self) -> None:
        """Close the connection, which may be gone already; what was not acknowledged lies in the queue again."""
        self.is_open = False
        self.deliveries[:0] = self._unacknowledged.values()
        self._unacknowledged = {}
        self.closed.set()
        if self.close_error:
            raise self.close_error

    @property
    def connection(self) -> "FakeBroker":
        return self

    def channel(self) -> "FakeBroker":
        return self

    def exchange_declare(self, name: str, **arguments: Any) -> None:
        if self.declare_error:
            raise self.declare_error
        self.declared.append(("exchange", name, arguments))

    def queue_declare(self, name: str, *, passive: bool = False, **arguments: Any) -> SimpleNamespace:
        if not passive:
            self.declared.append(("queue", name, arguments))
        return SimpleNamespace(method=SimpleNamespace(message_count=self.messages.get(name, 0)))

    def queue_bind(self, queue: str, exchange: str, **arguments: Any) -> None:
        self.declared.append(("bind", queue, exchange, arguments))

    def confirm_delivery(self) -> None:
        self.confirms = True

    def basic_publish(self, exchange: str, key: str, body: bytes, properties: Any, *, mandatory: bool) -> None:
        """Store the message, or fail."""
        assert self.confirms
        if self.publish_errors:
            raise self.publish_errors.pop(0)
        told = {"exchange": exchange, "routing_key": key, "body": body, "properties": properties}
        self.published.append(SimpleNamespace(**told, mandatory=mandatory))

    def basic_qos(self, *, prefetch_count: int) -> None:
        assert prefetch_count > 0, "without a limit the whole queue comes at once"

    def consume(self, queue: str, inactivity_timeout: float) -> Iterator[tuple[Any, None, bytes | None]]:
        """One delivery after the other; then nothing happens, again and again."""
        tag = 0
        while True:
            if not self.deliveries:
                threading.Event().wait(min(inactivity_timeout, 0.001))
                yield None, None, None
                self.drained.set()
                continue
            delivery = self.deliveries.pop(0)
            if delivery is None:
                return
            if isinstance(delivery, Exception):
                raise delivery
            tag += 1
            self._unacknowledged[tag] = delivery
            yield SimpleNamespace(delivery_tag=tag), None, delivery

    def basic_ack(self, tag: int) -> None:
        self.told.append(f"ack {self._unacknowledged.pop(tag).decode()}")

    def basic_reject(self, tag: int, *, requeue: bool) -> None:
        self.told.append(f"{'requeue' if requeue else 'dead'} {self._unacknowledged.pop(tag).decode()}")

    def process_data_events(self, time_limit: float) -> None:
        """Serve a heartbeat, or find that the connection is gone."""
        self.served.set()
        if self.idle_error:
            raise self.idle_error
        if self._woken.wait(time_limit):
            self._woken.clear()

    def add_callback_threadsafe(self, _callback: Any) -> None:
        self._woken.set()

    def sleep(self, _seconds: float) -> None:
        self.told.append("wait")
        self.slept.set()

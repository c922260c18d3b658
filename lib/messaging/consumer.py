"""A consumer with manual acknowledgements that reconnects: one thread owns the connection, another one handles."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ConsumerCancelled

from lib.messaging.broker import ANSWER_TIMEOUT_S, ERRORS, Broker, count

log = logging.getLogger(__name__)

# 20: enough that the handler never waits for the broker, few enough to be delivered again without harm.
PREFETCH = 20
# 0.5 s: how often the thread checks whether it has to stop.
POLL_S = 0.5
# 7 s: the queues are counted twice between two scrapes of 15 s.
COUNT_S = 7.0
# A restarting broker takes 4 s: half a second at first, and never longer than 5 s behind its return.
BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 5.0
# 1 s until a message that waits is handled again; the connection's heartbeats go on meanwhile.
RETRY_S = 1.0


class Reject(Exception):
    """A handler's answer: this message can never be handled; it goes to the dead letters."""


class Retry(Exception):
    """A handler's answer: what it needs is away; the message waits, and all behind it."""


class NotConsuming(RuntimeError):
    """The broker is away, the thread is, or a message waits."""


class Consumer:
    """Gives every message of the topology's queue to `handle`, one at a time, and acknowledges it only after that.

    `handle` gets the body, in a thread that may block, and returns, or raises Reject or Retry; after anything else the
    message is delivered again. `on_state` gets whether messages are taken, `on_count` the length of each queue.
    """

    def __init__(
        self,
        broker: Broker,
        handle: Callable[[bytes], None],
        on_state: Callable[[bool], None],
        on_count: Callable[[str, int], None],
    ) -> None:
        self._broker = broker
        self._handle = handle
        self._on_state = on_state
        self._on_count = on_count
        self._handler = ThreadPoolExecutor(1, "handler")
        self._stopping = threading.Event()
        self._consuming = False
        # Why the message at hand waits; None while messages are handled as they come.
        self._waits_for: str | None = None
        # A daemon thread: an unacknowledged message is delivered again, so an abrupt end of the process loses nothing.
        self._owner = threading.Thread(target=self._run, name="consumer", daemon=True)

    def start(self) -> None:
        """Begin to consume; a broker that is away is tried again until it is there."""
        self._owner.start()

    def stop(self) -> None:
        """End after the message at hand."""
        self._stopping.set()
        self._owner.join(ANSWER_TIMEOUT_S)
        self._handler.shutdown(wait=False, cancel_futures=True)

    def check(self) -> None:
        """Raise NotConsuming unless messages are being consumed."""
        if not (self._consuming and self._owner.is_alive()):
            raise NotConsuming("RabbitMQ is not being consumed")

    def check_handling(self) -> None:
        """Raise NotConsuming while a message waits for what its handler needs."""
        if self._waits_for is not None:
            raise NotConsuming(f"a message waits: {self._waits_for}")

    def _run(self) -> None:
        backoff_s = BACKOFF_FIRST_S
        while not self._stopping.is_set():
            try:
                with self._broker.channel() as channel:
                    backoff_s = BACKOFF_FIRST_S
                    self._consume(channel)
            except ERRORS as error:
                log.warning("%s is away, next try in %.1f s: %r", self._broker, backoff_s, error)
                self._stopping.wait(backoff_s)
                backoff_s = min(2 * backoff_s, BACKOFF_MAX_S)
            # If this thread died, the process would live on and consume nothing.
            except Exception:
                log.exception("a message was not handled, for a reason that nobody has foreseen; it comes again")
                self._stopping.wait(BACKOFF_MAX_S)

    def _consume(self, channel: BlockingChannel) -> None:
        channel.basic_qos(prefetch_count=PREFETCH)
        topology = self._broker.topology
        count_at = 0.0
        try:
            for method, _properties, body in channel.consume(topology.queue, inactivity_timeout=POLL_S):
                if self._stopping.is_set():
                    return
                self._consuming = True
                self._on_state(True)
                if time.monotonic() >= count_at:
                    for queue in (topology.queue, topology.dead):
                        self._on_count(queue, count(channel, queue))
                    count_at = time.monotonic() + COUNT_S
                if method is not None and body is not None:
                    self._acknowledge(channel, method.delivery_tag, body)
        finally:
            self._consuming, self._waits_for = False, None
            self._on_state(False)
        # Somebody has deleted the queue, or its node has left: pika ends the loop without an error.
        raise ConsumerCancelled

    def _acknowledge(self, channel: BlockingChannel, tag: int, body: bytes) -> None:
        """Handle a message, then acknowledge or reject it; neither once the consumer has to stop."""
        while not self._stopping.is_set():
            try:
                _await_serving(channel.connection, self._handler.submit(self._handle, body))
            except Retry as reason:
                # Requeued, it would be delivered again at once and without end, so it waits here.
                self._waits_for = str(reason)
                self._on_state(False)
                log.warning("a message waits: %s", reason)
                channel.connection.sleep(RETRY_S)
                continue
            except Reject as reason:
                log.error("a message cannot be handled; it goes to the dead letters: %s", reason)  # noqa: TRY400
                channel.basic_reject(tag, requeue=False)
            else:
                channel.basic_ack(tag)
            self._waits_for = None
            return


def _await_serving(connection: pika.BlockingConnection, handling: "Future[None]") -> None:
    """Wait for the handler, for which the connection's heartbeats do not wait; raises what it raises."""

    def wake(_handled: "Future[None]") -> None:
        # A connection that is gone by then waits for nothing.
        with suppress(AMQPError):
            connection.add_callback_threadsafe(lambda: None)

    handling.add_done_callback(wake)
    while not handling.done():
        connection.process_data_events(time_limit=POLL_S)
    handling.result()

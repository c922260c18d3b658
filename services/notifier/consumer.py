"""The thread that owns the connection to RabbitMQ: pika is not thread-safe, so nobody else touches it."""

import contextvars
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError
from sqlalchemy.exc import DataError

from lib.telemetry import ids
from services.common.away import AWAY, cause_of
from services.notifier.metrics import CONSUMING, MESSAGES, QUEUED
from services.notifier.notifications import Malformed
from services.notifier.topology import DEAD_QUEUE, QUEUE, declare_topology

log = logging.getLogger(__name__)

# 20: enough that the database never waits for the broker, few enough to be delivered again without harm.
PREFETCH = 20
# 10 s: a broker that vanished without a word is noticed after two missed heartbeats.
HEARTBEAT_S = 10
# 5 s: a broker that does not answer the connection by then is away.
CONNECT_TIMEOUT_S = 5
# The thread looks this often whether it is to stop.
LOOK_S = 0.5
# The queues' lengths are asked for twice between two scrapes of 15 s.
COUNT_S = 7.0
# A restarting broker takes 4 s: half a second at first, and never longer than 5 s behind its return.
BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 5.0
# 1 s until the database is asked again; the connection's heartbeats go on meanwhile.
DATABASE_RETRY_S = 1.0

Keep = Callable[[bytes], bool]


class NotConsuming(RuntimeError):
    """The broker is away, the thread is, or the database takes nothing."""


class Keeper:
    """Gives messages to `keep`, which may wait for a database, in a thread of its own: the connection lives on."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._pool = ThreadPoolExecutor(1, "keeper")
        # Why the message at hand waits; None while the database takes what it is given.
        self.waits_for: str | None = None

    def begin(self, body: bytes) -> Future[bool]:
        """Begin to keep a message, for the purchase whose ids are bound."""
        return self._pool.submit(contextvars.copy_context().run, self._keep, body)

    def close(self) -> None:
        """Take no more; what is being kept may end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Consumer:
    """Gives every message of the queue to `keep`, and acknowledges it only after that."""

    def __init__(self, amqp_url: str, keep: Keep) -> None:
        self._parameters = pika.URLParameters(amqp_url)
        self._parameters.heartbeat = HEARTBEAT_S
        self._parameters.socket_timeout = CONNECT_TIMEOUT_S
        self._parameters.stack_timeout = CONNECT_TIMEOUT_S
        self._keeper = Keeper(keep)
        self._stopping = threading.Event()
        self._consuming = threading.Event()
        # A daemon: what is not acknowledged comes again, so an abrupt end of the process loses nothing.
        self._owner = threading.Thread(target=self._run, name="consumer", daemon=True)

    def start(self) -> None:
        """Begin to consume; a broker that is away is tried again until it is there."""
        self._owner.start()

    def stop(self) -> None:
        """End after the message at hand."""
        self._stopping.set()
        self._owner.join(CONNECT_TIMEOUT_S)
        self._keeper.close()

    def check(self) -> None:
        """Raise NotConsuming unless messages are being consumed."""
        if not (self._consuming.is_set() and self._owner.is_alive()):
            raise NotConsuming("RabbitMQ is not being consumed")

    def check_keeping(self) -> None:
        """Raise NotConsuming while a message waits for the database."""
        if self._keeper.waits_for is not None:
            raise NotConsuming(f"a message waits for the database: {self._keeper.waits_for}")

    def _run(self) -> None:
        backoff_s = BACKOFF_FIRST_S
        while not self._stopping.is_set():
            try:
                with pika.BlockingConnection(self._parameters) as connection:
                    backoff_s = BACKOFF_FIRST_S
                    self._consume(connection)
            # The connector's own errors, a handshake that hangs for one, are no AMQPError.
            except (AMQPError, AMQPConnectorException, OSError) as error:
                log.warning("RabbitMQ is away, next try in %.1f s: %r", backoff_s, error)
                self._stopping.wait(backoff_s)
                backoff_s = min(2 * backoff_s, BACKOFF_MAX_S)
            # A thread that died would leave a process that takes nothing and says so for ever.
            except Exception:
                log.exception("a message was not kept, for a reason that nobody has foreseen; it comes again")
                self._stopping.wait(BACKOFF_MAX_S)
            finally:
                self._consuming.clear()
                self._keeper.waits_for = None
                CONSUMING.set(0)

    def _consume(self, connection: pika.BlockingConnection) -> None:
        channel = connection.channel()
        declare_topology(channel)
        channel.basic_qos(prefetch_count=PREFETCH)
        deliveries = channel.consume(QUEUE, inactivity_timeout=LOOK_S)
        count_at = 0.0
        for method, _properties, body in deliveries:
            self._consuming.set()
            CONSUMING.set(1)
            if time.monotonic() >= count_at:
                count_queues(channel)
                count_at = time.monotonic() + COUNT_S
            if self._stopping.is_set():
                return
            if method is not None and body is not None:
                with ids.scope():
                    settle(channel, method.delivery_tag, body, self._keeper, self._stopping)


def count_queues(channel: BlockingChannel) -> None:
    """Keep in mind how many messages wait."""
    for queue in (QUEUE, DEAD_QUEUE):
        QUEUED.labels(queue).set(channel.queue_declare(queue, passive=True).method.message_count)


def settle(channel: BlockingChannel, tag: int, body: bytes, keeper: Keeper, stopping: threading.Event) -> None:
    """Acknowledge what is kept; send what can never be kept to the dead letters; do neither once it is to stop."""
    while not stopping.is_set():
        try:
            kept = _served(channel.connection, keeper.begin(body))
        except AWAY as error:
            # Given back, it would be delivered over and over, so it waits here for the database.
            keeper.waits_for = cause_of(error)
            CONSUMING.set(0)
            log.warning("the database is away, the message waits: %s", keeper.waits_for)
            MESSAGES.labels("waiting").inc()
            channel.connection.sleep(DATABASE_RETRY_S)
        except (Malformed, DataError) as error:
            log.error("a message cannot be kept; it goes to the dead letters: %s", cause_of(error))  # noqa: TRY400
            channel.basic_reject(tag, requeue=False)
            MESSAGES.labels("dead-lettered").inc()
            break
        else:
            channel.basic_ack(tag)
            MESSAGES.labels("kept" if kept else "repeated").inc()
            break
    keeper.waits_for = None


def _served(connection: pika.BlockingConnection, doing: Future[bool]) -> bool:
    """The answer, for which the connection's heartbeats do not wait."""

    def wake(_done: Future[bool]) -> None:
        # A connection that is gone by then waits for nothing.
        with suppress(AMQPError):
            connection.add_callback_threadsafe(lambda: None)

    doing.add_done_callback(wake)
    while not doing.done():
        connection.process_data_events(time_limit=LOOK_S)
    return doing.result()

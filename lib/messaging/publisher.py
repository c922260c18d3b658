"""A publisher with confirms for asynchronous code: one thread owns the connection, for pika is not thread-safe."""

import asyncio
import logging
import queue
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, NamedTuple

from pika.adapters.blocking_connection import BlockingChannel

from lib.messaging.broker import ANSWER_TIMEOUT_S, Broker, publish

log = logging.getLogger(__name__)

# How often the owner thread serves heartbeats while nothing is to be published.
IDLE_S = 1.0
# 200: twice as many as a worker's steps at once. If the queue is full the broker is away, and callers try again later.
WAITING_MAX = 200


class NotConfirmed(Exception):
    """The broker has not confirmed the message, which may have arrived nevertheless."""


class _Message(NamedTuple):
    routing_key: str
    body: bytes
    properties: dict[str, Any]
    confirmed: "Future[None]"


class Publisher:
    """Publishes to the topology's exchange; `start` it once per process and `close` it at the end."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._waiting: queue.Queue[_Message | None] = queue.Queue(maxsize=WAITING_MAX)
        self._owner = threading.Thread(target=self._run, name="publisher", daemon=True)

    def start(self) -> None:
        """Begin to own a connection; the first message opens it."""
        self._owner.start()

    def close(self) -> None:
        """Publish what waits, then close the connection; a broker that does not answer is left."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=ANSWER_TIMEOUT_S)
        self._owner.join(ANSWER_TIMEOUT_S)

    async def publish(self, routing_key: str, body: bytes, **properties: Any) -> None:
        """Publish a persistent message; NotConfirmed unless the broker has confirmed that it is routed and stored."""
        confirmed: Future[None] = Future()
        try:
            self._waiting.put_nowait(_Message(routing_key, body, properties, confirmed))
            await asyncio.wait_for(asyncio.wrap_future(confirmed), ANSWER_TIMEOUT_S)
        except Exception as error:
            # Only the error's type: its text may hold the URL, and this error is passed on.
            raise NotConfirmed(type(error).__name__) from None

    def _run(self) -> None:
        message = self._next()
        while message:
            try:
                with self._broker.channel() as channel:
                    while message:
                        key, body, properties, confirmed = message
                        publish(channel, self._broker.topology.exchange, key, body, **properties)
                        confirmed.set_result(None)
                        message = self._next(channel)
            # This thread must survive every error: without it nothing is published any more.
            except Exception as error:
                log.warning("%s: the publisher's connection is given up: %r", self._broker, error)
                if message and not message.confirmed.done():
                    message.confirmed.set_exception(error)
                message = self._next()

    def _next(self, idle: BlockingChannel | None = None) -> _Message | None:
        """The next message that somebody waits for, None at the end; an idle channel's heartbeats go on meanwhile."""
        while True:
            try:
                message = self._waiting.get(timeout=IDLE_S)
            except queue.Empty:
                if idle:
                    idle.connection.process_data_events(0)
                continue
            if message is None or message.confirmed.set_running_or_notify_cancel():
                return message

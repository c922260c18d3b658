"""The notifications that nobody could keep: looked at in RabbitMQ, given back to their queue, or dropped."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError

from clients.amqp import DEAD_EXCHANGE, QUEUE, broker_of, connect, declare_topology
from domain.errors import Refused, Unavailable

# A person reads no more at a time, and a broker lends no more without a thought; what lies behind them comes next time.
LENT_MAX = 1000
# The header in which a message that was given back keeps who has done so.
REQUEUED_BY = "requeued-by"
# Enough of a digest to tell a thousand messages from one another.
ID_DIGITS = 12


@dataclass(frozen=True)
class DeadLetter:
    """A message that was given up: by `reason` (`rejected`: it could not be read; `delivery_limit`) out of `queue`.

    `requeued_by` is who has given it back before; empty where nobody has.
    """

    id: str
    type: str
    message_id: str
    purchase_id: str
    reason: str
    queue: str
    died_at: datetime | None
    requeued_by: str
    body: bytes
    properties: pika.BasicProperties
    tag: int

    def document(self) -> dict[str, Any]:
        """All that a program, or who wants to keep a copy, is told; a body that is no text loses what is none."""
        died_at = self.died_at.isoformat() if self.died_at else None
        named = ("id", "type", "message_id", "purchase_id", "reason", "queue", "requeued_by")
        return {
            **{name: getattr(self, name) for name in named},
            "died_at": died_at,
            "body": self.body.decode(errors="replace"),
        }


class DeadLetters:
    """The queue of dead letters; raises Unavailable where its broker does not answer."""

    def __init__(self, amqp_url: str, connect: Callable[[str], pika.BlockingConnection] = connect) -> None:
        self._url = amqp_url
        self._connect = connect

    @property
    def broker(self) -> str:
        """Which broker this is, without its password."""
        return broker_of(self._url)

    def all(self) -> tuple[list[DeadLetter], int]:
        """Those that lie there, oldest first, up to LENT_MAX; and how many more there are."""
        with self._lent() as (_, letters, more):
            return letters, more

    def requeue(self, ids: Iterable[str], by: str) -> list[DeadLetter]:
        """Give some back to the queues that they died in, in somebody's name; each goes once it is stored there."""
        with self._lent() as (channel, letters, _):
            chosen = _chosen(letters, ids)
            channel.confirm_delivery()
            for letter in chosen:
                channel.basic_publish("", letter.queue, letter.body, _anew(letter.properties, by), mandatory=True)
                channel.basic_ack(letter.tag)
            return chosen

    def drop(self, ids: Iterable[str]) -> list[DeadLetter]:
        """Forget some for good; the answer is the last that is known of them."""
        with self._lent() as (channel, letters, _):
            chosen = _chosen(letters, ids)
            for letter in chosen:
                channel.basic_ack(letter.tag)
            return chosen

    @contextmanager
    def _lent(self) -> Iterator[tuple[BlockingChannel, list[DeadLetter], int]]:
        """What lies there, as long as the channel is open; what is not acknowledged by then lies there again."""
        try:
            connection = self._connect(self._url)
            try:
                channel = connection.channel()
                declare_topology(channel)
                letters = [_letter(*found) for found in _taken(channel)]
                more = channel.queue_declare(DEAD_EXCHANGE, passive=True).method.message_count
                yield channel, letters, more
            finally:
                if connection.is_open:
                    connection.close()
        except (AMQPError, AMQPConnectorException, OSError) as error:
            raise Unavailable(f"{self.broker} does not answer, or refuses: {type(error).__name__}") from error


def _taken(channel: BlockingChannel) -> Iterator[tuple[Any, Any, bytes]]:
    for _ in range(LENT_MAX):
        method, properties, body = channel.basic_get(DEAD_EXCHANGE)
        if method is None:
            return
        yield method, properties, body


def _letter(method: Any, properties: Any, body: bytes) -> DeadLetter:
    # RabbitMQ, "Dead Letter Exchanges": the newest death stands first. Who publishes by hand leaves none.
    headers = properties.headers or {}
    death = (headers.get("x-death") or [{}])[0]
    at = death.get("time")
    return DeadLetter(
        id=hashlib.sha256(body + method.routing_key.encode()).hexdigest()[:ID_DIGITS],
        type=method.routing_key,
        message_id=properties.message_id or "",
        purchase_id=_purchase_of(body),
        reason=str(death.get("reason", "unknown")),
        queue=str(death.get("queue", QUEUE)),
        died_at=at.replace(tzinfo=UTC) if isinstance(at, datetime) else None,
        requeued_by=str(headers.get(REQUEUED_BY, "")),
        body=body,
        properties=properties,
        tag=method.delivery_tag,
    )


def _purchase_of(body: bytes) -> str:
    """The purchase that a message names, as far as it can be read."""
    try:
        return str(json.loads(body)["data"]["purchase_id"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""


def _chosen(letters: list[DeadLetter], ids: Iterable[str]) -> list[DeadLetter]:
    wanted = set(ids)
    if unknown := wanted - {letter.id for letter in letters}:
        raise Refused("not-found", f"No dead letter has the id {', '.join(sorted(unknown))}; nothing is changed.")
    return [letter for letter in letters if letter.id in wanted]


def _anew(properties: pika.BasicProperties, by: str) -> pika.BasicProperties:
    """The message's own properties, and who sends it again: how it died is the past of another delivery."""
    return pika.BasicProperties(
        message_id=properties.message_id,
        content_type=properties.content_type,
        delivery_mode=pika.DeliveryMode.Persistent,
        headers={REQUEUED_BY: by},
    )

"""The notifications in RabbitMQ's dead-letter queue: list them, requeue them, or drop them."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pika import BasicProperties
from pika.adapters.blocking_connection import BlockingChannel

from clients.amqp import NOTIFICATIONS
from domain.errors import RefusalKind, Refused, Unavailable
from lib.messaging.broker import ERRORS, Broker, count, publish
from operators.broker import meaning

# 1000: a person reads no more at a time, and a broker holds so many unacknowledged easily; the rest comes next time.
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
    properties: BasicProperties
    tag: int

    def document(self) -> dict[str, Any]:
        """All that a program, or who wants to keep a copy, is told; bytes that are not UTF-8 are replaced."""
        died_at = self.died_at.isoformat() if self.died_at else None
        named = ("id", "type", "message_id", "purchase_id", "reason", "queue", "requeued_by")
        return {
            **{name: getattr(self, name) for name in named},
            "died_at": died_at,
            "body": self.body.decode(errors="replace"),
        }


class DeadLetters:
    """The queue of dead letters; raises Unavailable where its broker does not answer."""

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url

    @property
    def broker(self) -> Broker:
        """Which broker this is; its text has no password."""
        return Broker(self._url, NOTIFICATIONS)

    def all(self) -> tuple[list[DeadLetter], int]:
        """Those that lie there, oldest first, up to LENT_MAX; and how many more there are."""
        with self._lent() as (_, letters, more):
            return letters, more

    def requeue(self, ids: Iterable[str], by: str) -> list[DeadLetter]:
        """Give some back to the queues that they died in, in somebody's name; each goes once it is stored there."""
        with self._lent() as (channel, letters, _):
            chosen = _chosen(letters, ids)
            for letter in chosen:
                # The headers about its death belong to the old delivery; its other properties stay.
                bore = {"message_id": letter.properties.message_id, "content_type": letter.properties.content_type}
                publish(channel, "", letter.queue, letter.body, **bore, headers={REQUEUED_BY: by})
                channel.basic_ack(letter.tag)
            return chosen

    def drop(self, ids: Iterable[str]) -> list[DeadLetter]:
        """Delete some for good, and return them."""
        with self._lent() as (channel, letters, _):
            chosen = _chosen(letters, ids)
            for letter in chosen:
                channel.basic_ack(letter.tag)
            return chosen

    @contextmanager
    def _lent(self) -> Iterator[tuple[BlockingChannel, list[DeadLetter], int]]:
        """The dead letters, held while the channel is open; those not acknowledged then are back in the queue."""
        try:
            with self.broker.channel() as channel:
                letters = [_letter(*found) for found in _taken(channel)]
                yield channel, letters, count(channel, NOTIFICATIONS.dead)
        except ERRORS as error:
            raise Unavailable(f"{self.broker} {meaning(error)}") from error


def _taken(channel: BlockingChannel) -> Iterator[tuple[Any, Any, bytes]]:
    for _ in range(LENT_MAX):
        method, properties, body = channel.basic_get(NOTIFICATIONS.dead)
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
        queue=str(death.get("queue", NOTIFICATIONS.queue)),
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
        raise Refused(
            RefusalKind.NOT_FOUND, f"No dead letter has the id {', '.join(sorted(unknown))}; nothing is changed."
        )
    return [letter for letter in letters if letter.id in wanted]

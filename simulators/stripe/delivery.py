"""Webhooks: each event is signed and sent until the endpoint takes it, concurrently and in no order, as Stripe does."""

import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus

import httpx
from sqlalchemy import select

from lib.telemetry import ids
from simulators.stripe import events
from simulators.stripe.faults import Faults
from simulators.stripe.models import Delivery, Event
from simulators.stripe.store import Store

log = logging.getLogger(__name__)

# Sixteen at once: some slow answers do not hold the others back, and an endpoint is not flooded.
SENDERS = 16
# 10 s: an endpoint has to answer before it works; Stripe does not wait much longer.
ANSWER_SECONDS_MAX = 10.0
# A second first: a restart of the endpoint is soon over; a minute at most: a developer waits for it.
PAUSE_SECONDS_FIRST = 1.0
PAUSE_SECONDS_MAX = 60.0
# Stripe tries for three days in live mode.
GIVE_UP_SECONDS = 3 * 24 * 3600
# After a fault of our own (a database that is away) a sender waits before it tries again.
FAULT_PAUSE_SECONDS = 1.0

# Sends a signed body: the endpoint's status, or none if there was no answer.
Send = Callable[[bytes, str], int | None]


def signature(body: bytes, secrets: Sequence[str], now: float) -> str:
    """The `Stripe-Signature` header: HMAC-SHA256 of "<t>.<body>", once with each secret that is active.

    As in Stripe's test mode there is a `v0` too, which proves nothing: endpoints have to ignore it.
    """
    stamp = int(now)
    signed = [hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={stamp}", *(f"v1={digest}" for digest in signed), f"v0={hashlib.sha256(body).hexdigest()}"])


def pause_seconds(attempts: int) -> float:
    """How long to wait after that many attempts without success."""
    # The exponent is bounded, for days of attempts would overflow a float.
    doubled: float = PAUSE_SECONDS_FIRST * 2.0 ** min(attempts - 1, 10)
    return min(PAUSE_SECONDS_MAX, doubled)


def post_to(url: str) -> Send:
    """Sends to the endpoint over pooled connections; a redirect is a failure, as it is for Stripe."""
    client = httpx.Client(timeout=ANSWER_SECONDS_MAX, limits=httpx.Limits(max_keepalive_connections=SENDERS))

    def send(body: bytes, signed: str) -> int | None:
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signed}
        try:
            return client.post(
                url, content=body, headers=headers | {"User-Agent": "Stripe/1.0 (simulator)"}
            ).status_code
        except httpx.HTTPError as error:
            log.info("the webhook endpoint does not answer: %s", error or type(error).__name__)
            return None

    return send


class Deliverer:
    """A few threads that each take the event which is due longest, send it, and write down how it went."""

    def __init__(
        self, store: Store, secrets: Sequence[str], send: Send, faults: Faults, *, senders: int = SENDERS
    ) -> None:
        self._store = store
        self._secrets = secrets
        self._send = send
        self._faults = faults
        self._changed = threading.Condition()
        self._in_flight: set[str] = set()
        self._stopped = False
        self._threads = [threading.Thread(target=self._run, name=f"webhook-{n}", daemon=True) for n in range(senders)]

    def start(self) -> None:
        """Begin with what an earlier process left undelivered."""
        self._store.listen(events.TOPIC, self.wake)
        for thread in self._threads:
            thread.start()

    def stop(self, seconds_max: float) -> None:
        """Take no more events, and wait for the running ones; what is cut off is sent again by the next process."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        deadline = time.monotonic() + seconds_max
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def wake(self, count: int) -> None:
        """That many events have become due."""
        with self._changed:
            self._changed.notify(count)

    def deliver(self, event_id: str) -> int | None:
        """Send the event now, whatever its state and the faults; the endpoint's status, none if it does not answer.

        Raises KeyError for an unknown event.
        """
        with self._store.transaction() as session:
            event = session.scalar(select(Event).where(Event.id == event_id))
        if event is None:
            raise KeyError(event_id)
        return self._deliver(event)

    def _run(self) -> None:
        while True:
            try:
                event = self._take()
                if event is None:
                    return
                try:
                    self._attempt(event)
                finally:
                    with self._changed:
                        self._in_flight.discard(event.id)
            except Exception:
                log.exception("a delivery failed for a fault of ours")
                time.sleep(FAULT_PAUSE_SECONDS)

    def _take(self) -> Event | None:
        """Wait for an event that is due, and take it from the other threads; none once stopped."""
        with self._changed:
            while not self._stopped:
                now = time.time()
                event = self._next()
                if event is not None and event.due_at <= now:
                    self._in_flight.add(event.id)
                    return event
                self._changed.wait(event.due_at - now if event is not None else None)
        return None

    def _next(self) -> Event | None:
        query = (
            select(Event)
            .where(Event.delivery == Delivery.PENDING, Event.id.not_in(self._in_flight))
            .order_by(Event.due_at, Event.sequence)
            .limit(1)
        )
        with self._store.transaction() as session:
            return session.scalar(query)

    def _attempt(self, event: Event) -> None:
        """Deliver, unless something goes wrong on purpose."""
        if self._faults.happens("dropped"):
            self._record(event.id, HTTPStatus.OK)
        elif seconds := self._faults.delay_seconds(event.id):
            self._postpone(event.id, seconds)
        else:
            if self._faults.happens("doubled"):
                threading.Thread(target=self._post, args=(event,), name="webhook-double", daemon=True).start()
            self._deliver(event)

    def _deliver(self, event: Event) -> int | None:
        status = self._post(event)
        self._record(event.id, status)
        return status

    def _post(self, event: Event) -> int | None:
        body = json.dumps(events.to_response(event), separators=(",", ":")).encode()
        about = event.document["data"]["object"]
        with ids.scope(purchase_id=(about.get("metadata") or {}).get("purchase_id")):
            status = self._send(body, signature(body, self._secrets, time.time()))
            log.info("webhook %s %s: %s", event.type, event.id, status or "no answer")
        return status

    def _postpone(self, event_id: str, seconds: float) -> None:
        with self._store.transaction() as session:
            session.scalars(select(Event).where(Event.id == event_id)).one().due_at = time.time() + seconds

    def _record(self, event_id: str, status: int | None) -> None:
        now = time.time()
        with self._store.transaction() as session:
            event = session.scalars(select(Event).where(Event.id == event_id)).one()
            event.attempts += 1
            event.last_status = status
            if status is not None and 200 <= status < 300:
                event.delivery = Delivery.DELIVERED
            elif event.delivery is Delivery.PENDING:
                event.due_at = now + pause_seconds(event.attempts)
                if event.due_at > event.created + GIVE_UP_SECONDS:
                    event.delivery = Delivery.GIVEN_UP

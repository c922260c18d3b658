"""Stripe's events for the load: new ones, doubles of them, and such that are none of ours."""

import itertools
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stripe import WebhookSignature

Event = dict[str, Any]

# Of 20 events: how a shop's endpoint looks that shares an account with others and is told most things twice.
USUAL = ("new",) * 2 + ("double",) * 10 + ("foreign",) * 8
# Half of all events are new, more than any engine takes on one machine.
FLOOD = ("new",) * 10 + ("double",) * 6 + ("foreign",) * 4
# One new event in ten is the first of a payment that nobody has heard of: it delivers a purchase. The others are late
# hints at payments that are known: each starts a saga as well, which looks and ends. All of them delivering would
# measure the sagas (a machine of two cores delivers six a second), not the endpoint.
DELIVERS = 10


@dataclass(frozen=True)
class BenchDelivery:
    """A body and whether it is new, a double or foreign; `saga` is the workflow that a new one starts."""

    kind: str
    body: bytes
    saga: str = ""

    def headers(self, secret: str) -> Mapping[str, str]:
        """Stripe signs each delivery when it sends it."""
        signed = WebhookSignature.generate_signature_header(self.body.decode(), secret, int(time.time()))
        return {"Stripe-Signature": signed, "Content-Type": "application/json; charset=utf-8"}


class Events:
    """All events of one run, made of the provider's own about payments that are really paid."""

    def __init__(self, paid: Sequence[Event]) -> None:
        self._paid = paid
        self._unheard = iter(paid)
        self._numbers = itertools.count(1)
        # The mix is the same in every run.
        self._rng = random.Random(5)  # noqa: S311 - an order, no secret
        self._sent: list[BenchDelivery] = []

    def mixed(self, mix: Sequence[str], count: int) -> Iterator[BenchDelivery]:
        """So many deliveries, in each of which is the whole mix; a double is one of the newest hundred."""
        kinds: list[str] = []
        for _ in range(count):
            if not kinds:
                kinds = self._rng.sample(mix, len(mix))
            yield self._of(kinds.pop())

    def new(self) -> BenchDelivery:
        """An event that starts a saga."""
        number = next(self._numbers)
        first = next(self._unheard, None) if number % DELIVERS == 0 else None
        if first:
            made = BenchDelivery("new", _body(first), f"payment-success/{_payment_id(first)}")
        else:
            made = self._hint(f"evt_bench{number}")
        self._sent.append(made)
        return made

    def _hint(self, event_id: str) -> BenchDelivery:
        known = self._rng.choice(self._paid)
        hint = known | {"id": event_id, "type": "payment_intent.canceled"}
        return BenchDelivery("new", _body(hint), f"payment-failed/{_payment_id(known)}/{event_id}")

    def _of(self, kind: str) -> BenchDelivery:
        # Nothing can be doubled before there is something.
        if kind == "new" or not self._sent:
            return self.new()
        if kind == "double":
            return BenchDelivery(kind, self._rng.choice(self._sent[-100:]).body)
        known = self._rng.choice(self._paid)
        if self._rng.random() < 1 / 2:
            return BenchDelivery(kind, _body(known | {"type": "charge.updated"}))
        # Another shop's on the same account: Payments is asked whether it knows the reference.
        others = {"id": f"pi_foreign{self._rng.getrandbits(64):x}", "metadata": {}}
        return BenchDelivery(kind, _body(known | {"data": {"object": known["data"]["object"] | others}}))


def _payment_id(event: Event) -> str:
    return str(event["data"]["object"]["metadata"]["payment_id"])


def _body(event: Event) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode()

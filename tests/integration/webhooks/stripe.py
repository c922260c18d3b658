"""Stripe's deliveries, made by hand: which event, when, how often, and signed by whom."""

import json
import time
import uuid
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
from stripe import WebhookSignature

from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop, reference

SECRET = "whsec_of_these_tests"
THREE_DAYS_S = 3 * 86_400

Basket = tuple[list[dict[str, str]], int]
Event = dict[str, Any]


def late(event: Event) -> Event:
    """The event as Stripe sends it after three days: nothing but its age is another one."""
    return event | {"created": event["created"] - THREE_DAYS_S}


class Stripe:
    """Sends events to the intake, and knows what has happened to its payments."""

    def __init__(self, shop: Shop, basket: Basket, pool: ThreadPoolExecutor) -> None:
        self._shop = shop
        self._basket = basket
        self._pool = pool
        self._url = f"{shop.stack['processes']['intake']['url']}/webhooks/stripe"

    def send_nothing_by_itself(self) -> None:
        """Let the provider's own deliveries be lost."""
        stripe = self._shop.stack["stripe"]
        headers = {"Authorization": f"Bearer {stripe['secret_key']}"}
        plan = {"webhooks": {"drop": 1}}
        httpx.put(f"{stripe['api_base']}/simulator/faults", json=plan, headers=headers).raise_for_status()

    # ---- payments ---------------------------------------------------------------------------------------------------

    def opened(self) -> dict[str, Any]:
        """A purchase that waits for its payment."""
        return dict(self._shop.open(*self._basket).raise_for_status().json())

    def paid(self) -> dict[str, Any]:
        """A purchase that is paid; nobody knows it yet."""
        answer = self.opened()
        self._shop.pay(answer).raise_for_status()
        return answer

    def event(self, answer: Mapping[str, Any], kind: str) -> Event:
        """The newest event of this type about a purchase's payment, as the provider made it."""
        events = self._shop.provider_events(reference(answer))
        return next(event for event in events if event["type"] == kind)

    @staticmethod
    def told(answer: Mapping[str, Any], kind: str) -> Event:
        """An event about a purchase's payment that tells what has not happened, or is not so any more."""
        ids = {name: answer[name] for name in ("purchase_id", "payment_id")}
        about = {"id": reference(answer), "object": "payment_intent", "metadata": ids}
        known = {"id": f"evt_{uuid.uuid4().hex}", "object": "event", "livemode": False, "created": int(time.time())}
        return known | {"type": kind, "data": {"object": about}}

    # ---- deliveries -------------------------------------------------------------------------------------------------

    def deliver(self, event: Event) -> httpx.Response:
        """Send an event, signed now."""
        payload = json.dumps(event)
        signed = WebhookSignature.generate_signature_header(payload, SECRET, int(time.time()))
        return httpx.post(self._url, content=payload, headers={"Stripe-Signature": signed}, timeout=PATIENCE_S)

    def deliver_at_once(self, events: Iterable[Event]) -> "list[Future[httpx.Response]]":
        """Send many events at the same time."""
        return [self._pool.submit(self.deliver, event) for event in events]

    def accepted(self, *events: Event) -> bool:
        """Send events one after the other; whether all are acknowledged."""
        return all(self.deliver(event).status_code == 200 for event in events)

    # ---- what comes of it -------------------------------------------------------------------------------------------

    def ended(self, answer: Mapping[str, Any], status: str) -> bool:
        """Whether a purchase has this end, was told once, and its offset is delivered if and only if it is paid."""
        purchase_id, payment_id = answer["purchase_id"], answer["payment_id"]
        assert self._shop.completed(purchase_id)["status"] == status
        kind = "payment.success" if status == "paid" else f"payment.{status}"
        told = [e["type"] for e in self._shop.notified(purchase_id, kind) if e["type"] != "payment.attempt_failed"]
        payment = self._shop.service("payments", f"/payments/{payment_id}")
        offsets = [o for o in self._shop.pages("users", "/users/alice/offsets") if o["payment_id"] == payment_id]
        net = payment["amount_captured"] - payment["amount_refunded"]
        paid = status == "paid"
        return told == [kind] and (net, len(offsets)) == (answer["amount"] if paid else 0, int(paid))


def statuses(answers: "Iterable[Future[httpx.Response]]") -> list[int]:
    """The status of each answer."""
    return [answer.result().status_code for answer in answers]

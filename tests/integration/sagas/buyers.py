"""Buyers whose purchases are brought to a step of a saga, and what the callees' records say of them in the end."""

import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from app.requests import PurchaseRequest
from domain.keys import fingerprint, purchase_id_of
from domain.purchase import Item, Order
from tests.integration.newcomers import newcomer
from tests.integration.temporal import WAIT_S, TemporalServer
from tools.devstack.shop import Shop, item, reference

# The name of a step is the last part of its key.
PUBLISH, CANCEL, RELEASE, REFUND = "publish-notification", "cancel-payment", "release-offset", "refund-payment"
QUANTITY, AMOUNT = "0.100", 120
CANCEL_OF = "cancel-payment-of"
# A deadline that is there by the time a test looks for it.
SHORT_TTL_S = 1
# One that no test reaches.
LONG_TTL_S = 1800


@dataclass
class BoughtPurchase:
    """A purchase, each of another buyer; `answer` is empty for one that nobody will pay."""

    purchase_id: str
    buyer: str
    payment_id: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """What the provider calls its payment."""
        return reference(self.answer)

    @property
    def opening(self) -> str:
        """Its own saga."""
        return f"purchase/{self.purchase_id}"

    @property
    def success(self) -> str:
        """The saga that delivers it."""
        return f"payment-success/{self.payment_id}"


class Buyers:
    """Everything that buyers and their banks do in these tests."""

    def __init__(self, shop: Shop, engine: TemporalServer, pool: ThreadPoolExecutor) -> None:
        self.shop = shop
        self._engine = engine
        self._pool = pool
        self._milestones = shop.milestones()
        self._keys: dict[str, tuple[str, list[dict[str, str]], int]] = {}

    def opened(self) -> BoughtPurchase:
        """A purchase that waits for its payment."""
        purchase = self.opening()
        # Before it has begun its repeat would be a first request, whose hints may be away.
        self._engine.wait_until_there(purchase.opening)
        return self.answered(purchase)

    def opened_at_the_intake(self) -> BoughtPurchase:
        """The same, by the buyer's request alone: the intake starts the saga, as it is told to write payloads."""
        return self.answered(self._purchase([item(self._milestones["mangrove-2"], QUANTITY)], AMOUNT))

    def opening(self) -> BoughtPurchase:
        """A purchase whose buyer does not wait for the answer.

        It begins behind the intake's hints, as one does whose callee goes away just after it was asked.
        """
        return self._opening([item(self._milestones["mangrove-2"], QUANTITY)], AMOUNT)

    def opening_of_too_much(self) -> BoughtPurchase:
        """A purchase that will be refused as sold out."""
        milestone = self._milestones["peatland-1"]
        return self._opening([item(milestone, "6")], 6 * milestone["unit_amount"])

    def _opening(self, items: list[dict[str, str]], amount: int) -> BoughtPurchase:
        purchase = self._purchase(items, amount)
        body = PurchaseRequest.model_validate({"items": items, "amount": amount, "currency": "usd"})
        order = body.order(purchase.purchase_id, purchase.buyer)
        key, _, _ = self._keys[purchase.purchase_id]
        self._pool.submit(self._engine.opened, order, LONG_TTL_S, fingerprint(order, key))
        return purchase

    def _purchase(self, items: list[dict[str, str]], amount: int) -> BoughtPurchase:
        """A purchase that a buyer of its own means to begin."""
        key, buyer = uuid.uuid4().hex, newcomer()
        self._keys[purchase_id_of(buyer, key)] = key, items, amount
        return BoughtPurchase(purchase_id_of(buyer, key), buyer)

    def repeated(self, purchase: BoughtPurchase) -> httpx.Response:
        """The buyer repeats the request with the same key."""
        key, items, amount = self._keys[purchase.purchase_id]
        return self.shop.open(items, amount, key=key, buyer=purchase.buyer)

    def answered(self, purchase: BoughtPurchase) -> BoughtPurchase:
        """The purchase as the buyer's repeats with the same key are told, once a killed worker's task runs again."""
        repeats = lambda: self.repeated(purchase)  # noqa: E731
        answer = Shop.until(
            repeats, lambda response: response.status_code != httpx.codes.SERVICE_UNAVAILABLE, "an answer"
        )
        known = answer.raise_for_status().json()
        return replace(purchase, payment_id=known["payment_id"], answer=known)

    def unpaid(self) -> BoughtPurchase:
        """A purchase that reaches its deadline at once; nobody pays it."""
        milestone = self._milestones["mangrove-2"]
        items = (Item(project_id=milestone["project_id"], milestone_id=milestone["milestone_id"], quantity=QUANTITY),)
        order = Order(purchase_id=uuid.uuid4().hex, buyer_id=newcomer(), items=items, amount=AMOUNT, currency="usd")
        return BoughtPurchase(order.purchase_id, order.buyer_id, self._engine.opened(order, SHORT_TTL_S).payment_id)

    def pay(self, purchase: BoughtPurchase) -> None:
        """The buyer pays with a good card, and the payment's saga has begun."""
        self._confirm(purchase, "pm_card_visa").raise_for_status()
        self._engine.wait_until_there(purchase.success)

    def cancel(self, purchase: BoughtPurchase) -> None:
        """The buyer asks for the purchase's end, and does not wait for the answer."""
        self._pool.submit(self.shop.cancel, purchase.purchase_id, purchase.buyer)

    def fail(self, purchase: BoughtPurchase) -> str:
        """The buyer's card is declined; the saga of that attempt, which has begun."""
        assert self._confirm(purchase, "pm_card_chargeDeclined").status_code == 402
        events = self.shop.provider_events(purchase.reference)
        charge = next(e["data"]["object"]["last_payment_error"]["charge"] for e in events if "failed" in e["type"])
        saga = f"payment-failed/{purchase.payment_id}/{charge}"
        self._engine.wait_until_there(saga)
        return saga

    def _confirm(self, purchase: BoughtPurchase, card: str) -> httpx.Response:
        return self.shop.pay(purchase.answer, card)

    def refuse_delivery(self, purchase: BoughtPurchase) -> None:
        """Let Users refuse the buyer's offset for good, as one that was revoked."""
        url = f"{self.shop.stack['processes']['users']['url']}/users/{purchase.buyer}/offsets/{purchase.payment_id}"
        headers = {"Authorization": f"Bearer {self.shop.stack['service_token']}", "Idempotency-Key": "by-hand"}
        httpx.delete(url, headers=headers).raise_for_status()

    def hear_again(self, purchase: BoughtPurchase) -> None:
        """Stripe sends all events of the purchase's payment once more, until its saga starts anew.

        The intake takes what comes within seconds of the first one for its double.
        """
        ended = self._engine.run_id(purchase.success)

        def newest_run() -> str | None:
            for event in self.shop.provider_events(purchase.reference):
                self.shop.repeat_webhook(event["id"])
            return self._engine.run_id(purchase.success)

        Shop.until(newest_run, lambda run: run != ended, f"{purchase.success} anew", WAIT_S)

    # ---- what the records say ---------------------------------------------------------------------------------------

    def shown(self, purchase: BoughtPurchase) -> dict[str, Any]:
        """The purchase as its buyer sees it now."""
        return self.shop.purchase(purchase.purchase_id, purchase.buyer)

    def completed(self, purchase: BoughtPurchase) -> dict[str, Any]:
        """The purchase as its buyer sees it, once it has ended."""
        return self.shop.completed(purchase.purchase_id, buyer=purchase.buyer)

    def ended(self, purchase: BoughtPurchase, status: str, reason: str | None, by: str) -> None:
        """Assert that a purchase has ended so, once, and by this saga alone."""
        shown = self.completed(purchase)
        assert (shown["status"], shown["reason"]) == (status, reason)
        payment = self.shop.service("payments", f"/payments/{shown['payment_id']}")
        reservation = self.shop.service("projects", f"/reservations/{shown['payment_id']}")
        offsets = self.shop.pages("users", f"/users/{purchase.buyer}/offsets")
        delivered = [offset for offset in offsets if offset["payment_id"] == shown["payment_id"]]
        net = payment["amount_captured"] - payment["amount_refunded"]
        if status == "paid":
            assert (net, len(delivered), reservation["status"]) == (payment["amount"], 1, "committed")
        else:
            assert (net, delivered) == (0, [])
            assert reservation["status"] in {"closed", "returned"}
        self._keyed(payment, reservation, by)
        self._told_once(purchase, status)

    @staticmethod
    def _keyed(payment: dict[str, Any], reservation: dict[str, Any], saga: str) -> None:
        """What was undone was so under this saga's keys, however often it was asked for."""
        canceled, refunded = payment["status"] == "canceled", payment["amount_refunded"] > 0
        # An opening that is undone cancels whatever payment it has, or may still get.
        undone = saga.startswith("purchase/") and payment["outcome"]["status"] == "rejected"
        assert payment["canceled_by"] == (f"{saga}/{CANCEL_OF if undone else CANCEL}" if canceled else None)
        assert payment["refunded_by"] == (f"{saga}/{REFUND}" if refunded else None)
        assert reservation["closed_by"] == (f"{saga}/{RELEASE}" if reservation["status"] == "closed" else None)

    def _told_once(self, purchase: BoughtPurchase, status: str) -> None:
        """Whoever has decided how the purchase ended, its own saga publishes it."""
        kind = "payment.success" if status == "paid" else f"payment.{status}"
        events = [] if status == "rejected" else self.shop.notified(purchase.purchase_id, kind)
        assert [event["id"] for event in events] == ([] if status == "rejected" else [f"{purchase.opening}/{PUBLISH}"])

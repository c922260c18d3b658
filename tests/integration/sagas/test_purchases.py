"""Purchases through the real Temporal server, RabbitMQ, services and simulator: every ending of a normal life."""

import asyncio
import uuid
from typing import Any

from tools.devstack.audit import audit_stack
from tools.devstack.shop import Shop

Basket = tuple[list[dict[str, str]], int]


def opened(shop: Shop, basket: Basket, **options: Any) -> dict[str, Any]:
    """The answer of an open purchase."""
    response = shop.open(*basket, **options)
    assert response.status_code == 201, response.text
    return dict(response.json())


def test_a_paid_purchase_is_delivered(shop: Shop, basket: Basket) -> None:
    """Paid with a good card: complete, delivered, published once, and the stock is sold."""
    answer = opened(shop, basket)
    begun = shop.purchase(answer["purchase_id"])
    shop.pay(answer).raise_for_status()
    purchase = shop.completed(answer["purchase_id"])
    assert purchase["status"] == "paid"
    assert (purchase["created_at"], purchase["expires_at"]) == (begun["created_at"], begun["expires_at"])
    assert purchase["expires_at"] == answer["expires_at"]
    assert [e["event"] for e in purchase["timeline"]][-3:] == ["offset_delivered", "notified", "paid"]
    events = shop.notified(answer["purchase_id"], "payment.success")
    assert [event["type"] for event in events] == ["payment.success"]
    assert events[0]["data"]["items"] == purchase["items"]
    offsets = shop.pages("users", f"/users/{shop.buyer}/offsets")
    assert [(o["payment_id"], o["items"]) for o in offsets] == [(answer["payment_id"], purchase["items"])]
    assert shop.service("projects", f"/reservations/{answer['payment_id']}")["status"] == "committed"


def test_a_declined_card_ends_the_purchase(shop: Shop, basket: Basket) -> None:
    """Declined: told, nothing held, and the same payment cannot be paid any more."""
    answer = opened(shop, basket)
    assert shop.pay(answer, "pm_card_chargeDeclined").status_code == 402
    purchase = shop.completed(answer["purchase_id"])
    assert (purchase["status"], purchase["reason"]) == ("failed", "payment-failed")
    assert [e["type"] for e in shop.notified(answer["purchase_id"], "payment.failed")] == ["payment.failed"]
    assert shop.service("projects", f"/reservations/{answer['payment_id']}")["status"] == "closed"
    assert shop.pay(answer).status_code == 400


def test_a_buyer_who_goes_away_lets_it_expire(shop: Shop, basket: Basket) -> None:
    """At the deadline the payment is canceled and the offset is free again."""
    answer = opened(shop, basket)
    purchase = shop.completed(answer["purchase_id"])
    assert purchase["status"] == "expired"
    assert [e["type"] for e in shop.notified(answer["purchase_id"], "payment.expired")] == ["payment.expired"]
    assert shop.service("payments", f"/payments/{answer['payment_id']}")["status"] == "canceled"
    assert shop.pay(answer).status_code == 400


def test_a_repeat_after_the_end_gets_the_first_answer(shop: Shop, basket: Basket) -> None:
    """The key's answer outlives the purchase."""
    key = uuid.uuid4().hex
    answer = opened(shop, basket, key=key)
    shop.pay(answer, "pm_card_chargeDeclined")
    shop.completed(answer["purchase_id"])
    repeated = shop.open(*basket, key=key)
    assert repeated.status_code == 201
    assert repeated.json() == answer
    assert repeated.headers["Idempotent-Replayed"] == "true"


def test_the_records_add_up(shop: Shop) -> None:
    """At rest: stock = sold + held + free, charges = delivered, nothing held."""
    audited = shop.until(
        lambda: asyncio.run(audit_stack(shop.stack)), lambda it: "open" not in it.ends, "every purchase to settle"
    )
    assert audited.faults == ()

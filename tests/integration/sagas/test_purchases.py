"""Purchases through the real Temporal server, RabbitMQ, services and simulator: every ending of a normal life."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.newcomers import newcomer
from tools.devstack.audit import audit_stack
from tools.devstack.shop import Shop, item, reference

Basket = tuple[list[dict[str, str]], int]


def opened(shop: Shop, basket: Basket, **options: Any) -> dict[str, Any]:
    """The answer of an open purchase."""
    response = shop.open(*basket, **options)
    assert response.status_code == 201, response.text
    return dict(response.json())


def test_a_paid_purchase_is_delivered(shop: Shop, basket: Basket) -> None:
    """Paid with a good card: settled, delivered, told once, and the stock is sold."""
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


def test_sold_out_is_refused_before_anything_is_begun(shop: Shop) -> None:
    """More than there is: 409 each time, nothing held, and no payment at the provider."""
    milestone = shop.milestones()["peatland-1"]
    key = uuid.uuid4().hex
    body = [item(milestone, "6")], 6 * milestone["unit_amount"]
    first, second = shop.open(*body, key=key), shop.open(*body, key=key)
    for response in (first, second):
        assert response.status_code == 409
        assert response.json()["type"].endswith("sold-out")
    assert shop.milestones()["peatland-1"]["held"] == "0.000"
    assert list(shop.pages("payments", "/payments", buyer_id=shop.buyer)) == []


def test_a_changed_price_tells_the_new_one(shop: Shop, basket: Basket) -> None:
    """Another amount than Projects' own is refused with the current one."""
    items, amount = basket
    response = shop.open(items, amount - 1)
    assert response.status_code == 409
    assert response.json()["type"].endswith("price-changed")
    assert response.json()["current_amount"] == amount


def test_an_unknown_milestone_is_not_found(shop: Shop) -> None:
    """What Projects does not sell cannot be bought, and costs the provider no call."""
    unknown = {"project_id": "mangrove", "milestone_id": "no-such-milestone"}
    responses = [shop.open([item(unknown, "1")], 1200) for _ in range(5)]
    assert {response.status_code for response in responses} == {404}
    assert {response.json()["type"].rpartition("/")[2] for response in responses} == {"not-found"}
    assert list(shop.pages("payments", "/payments", buyer_id=shop.buyer)) == []


def test_a_buyer_without_an_account_may_not_buy(shop: Shop, basket: Basket) -> None:
    """A valid token of somebody whom Users does not know: 403, and nothing that could be paid."""
    stranger = f"stranger-{uuid.uuid4().hex[:8]}"
    response = shop.open(*basket, buyer=stranger)
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (403, "forbidden")
    assert list(shop.pages("payments", "/payments", buyer_id=stranger)) == []


def test_a_buyer_who_goes_away_lets_it_expire(shop: Shop, basket: Basket) -> None:
    """At the deadline the payment is canceled and the offset is free again."""
    answer = opened(shop, basket)
    purchase = shop.completed(answer["purchase_id"])
    assert purchase["status"] == "expired"
    assert [e["type"] for e in shop.notified(answer["purchase_id"], "payment.expired")] == ["payment.expired"]
    assert shop.service("payments", f"/payments/{answer['payment_id']}")["status"] == "canceled"
    assert shop.pay(answer).status_code == 400


def test_a_double_click_buys_once(shop: Shop, basket: Basket) -> None:
    """Sixteen requests with one key: one purchase, sixteen same answers, one of them not a replay."""
    key = uuid.uuid4().hex
    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(lambda _: shop.open(*basket, key=key), range(16)))
    assert {response.status_code for response in responses} == {201}
    assert len({response.text for response in responses}) == 1
    assert sum("Idempotent-Replayed" not in response.headers for response in responses) == 1


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


def test_a_key_is_bound_to_its_body(shop: Shop, basket: Basket) -> None:
    """The same key with another body is refused, before and after the end; 1.5 and 1.500 are the same body."""
    key = uuid.uuid4().hex
    items, amount = basket
    answer = opened(shop, basket, key=key)
    same = shop.open([items[0] | {"quantity": "1.5"}], amount, key=key)
    assert same.json() == answer
    for _ in range(2):
        other = shop.open([items[0] | {"quantity": "2"}], 2400, key=key)
        assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
        shop.pay(answer, "pm_card_chargeDeclined")
        shop.completed(answer["purchase_id"])


def test_a_repeated_webhook_changes_nothing(shop: Shop, basket: Basket) -> None:
    """An event that comes again, after the end, is acknowledged and delivers nothing twice."""
    answer = opened(shop, basket)
    shop.pay(answer).raise_for_status()
    before = shop.completed(answer["purchase_id"])
    shop.notified(answer["purchase_id"], "payment.success")
    for event in shop.provider_events(reference(answer)):
        shop.repeat_webhook(event["id"])
    assert shop.completed(answer["purchase_id"]) == before
    assert len(shop.notifications(answer["purchase_id"])) == 1
    assert len(list(shop.pages("users", f"/users/{shop.buyer}/offsets"))) == 1


def test_a_purchase_is_its_buyers_own(shop: Shop, basket: Basket) -> None:
    """Another buyer sees neither the purchase nor that there is one; the same key is another purchase."""
    key, another = uuid.uuid4().hex, newcomer()
    answer = opened(shop, basket, key=key)
    theirs = opened(shop, basket, key=key, buyer=another)
    assert theirs["purchase_id"] != answer["purchase_id"]
    with pytest.raises(Exception, match="404"):
        shop.purchase(answer["purchase_id"], buyer=another)


def test_the_list_is_newest_first_and_pages(shop: Shop, basket: Basket) -> None:
    """A buyer's purchases come newest first, each once, page by page."""
    ids = [opened(shop, basket)["purchase_id"] for _ in range(3)]
    url = f"{shop.stack['processes']['intake']['url']}/purchases"
    found: list[str] = []
    cursor: str | None = None
    while len(found) < 3:
        params: dict[str, Any] = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = shop.get(url, params=params, headers=shop.buyer_headers())
        found += [row["purchase_id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert found[:3] == ids[::-1]


def test_the_books_add_up(shop: Shop) -> None:
    """At rest: stock = sold + held + free, charges = delivered, nothing held."""
    audited = shop.until(
        lambda: asyncio.run(audit_stack(shop.stack)), lambda it: "open" not in it.ends, "every purchase to settle"
    )
    assert audited.faults == ()

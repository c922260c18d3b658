"""The buyer cancels through the intake, on real parts."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.integration.newcomers import newcomer
from tests.integration.sagas.test_purchases import Basket, opened
from tools.devstack.shop import Shop


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    """Status and kind of a refused cancel, and where it says the purchase stands."""
    problem = response.json()
    return response.status_code, str(problem["type"]).rpartition("/")[2], problem["purchase_status"]


def test_an_unpaid_purchase_is_canceled(shop: Shop, basket: Basket) -> None:
    """200 at once and again; nobody can pay it any more, nothing is held, and it is told once."""
    answer = opened(shop, basket)
    answers = [shop.cancel(answer["purchase_id"]) for _ in range(2)]
    assert [(each.status_code, each.json()["status"]) for each in answers] == [(200, "canceled")] * 2
    assert shop.completed(answer["purchase_id"])["status"] == "canceled"
    told = shop.notified(answer["purchase_id"], "payment.canceled")
    assert [event["type"] for event in told] == ["payment.canceled"]
    row = shop.service("projects", f"/reservations/{answer['payment_id']}")
    assert (row["status"], row["closed_by"]) == ("closed", f"purchase/{answer['purchase_id']}/release-offset")
    assert shop.service("payments", f"/payments/{answer['payment_id']}")["status"] == "canceled"
    assert shop.pay(answer).status_code == 400
    assert shop.cancel(answer["purchase_id"]).json()["status"] == "canceled"


def test_a_paid_purchase_is_delivered(shop: Shop, basket: Basket) -> None:
    """Paid a moment before: 409 with where it stands, then delivered; the same once it is settled."""
    answer = opened(shop, basket)
    shop.pay(answer).raise_for_status()
    status, kind, stands = refusal(shop.cancel(answer["purchase_id"]))
    assert (status, kind) == (409, "not-cancelable")
    assert stands in {"processing", "paid"}
    assert shop.completed(answer["purchase_id"])["status"] == "paid"
    assert refusal(shop.cancel(answer["purchase_id"])) == (409, "not-cancelable", "paid")
    assert [e["type"] for e in shop.notified(answer["purchase_id"], "payment.success")] == ["payment.success"]


def test_a_purchase_at_the_bank_cannot_be_canceled(shop: Shop, basket: Basket) -> None:
    """Money moves: 409 `processing`, and what the bank decides counts."""
    answer = opened(shop, basket)
    assert shop.pay(answer, "pm_card_simulatorProcessing").json()["status"] == "processing"
    for _ in range(2):
        assert refusal(shop.cancel(answer["purchase_id"])) == (409, "not-cancelable", "processing")
    assert shop.completed(answer["purchase_id"])["status"] == "paid"


def test_a_purchase_that_has_ended_otherwise_says_how(shop: Shop, basket: Basket) -> None:
    """A declined card has ended it: 409 with that end."""
    answer = opened(shop, basket)
    shop.pay(answer, "pm_card_chargeDeclined")
    shop.completed(answer["purchase_id"])
    assert refusal(shop.cancel(answer["purchase_id"])) == (409, "not-cancelable", "failed")


def test_another_buyers_purchase_is_not_there(shop: Shop, basket: Basket) -> None:
    """404, as for one that there is not, and nothing is canceled."""
    answer = opened(shop, basket)
    for purchase_id in (answer["purchase_id"], "0" * 64):
        assert shop.cancel(purchase_id, buyer=newcomer()).status_code == 404
    assert shop.purchase(answer["purchase_id"])["status"] == "awaiting_payment"
    shop.cancel(answer["purchase_id"])


def test_many_clicks_on_cancel_are_one(shop: Shop, basket: Basket) -> None:
    """Eight at once: the same answer to all, and it is told once."""
    answer = opened(shop, basket)
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: shop.cancel(answer["purchase_id"]), range(8)))
    assert [(each.status_code, each.json()["status"]) for each in responses] == [(200, "canceled")] * 8
    told = shop.notified(answer["purchase_id"], "payment.canceled")
    assert [event["type"] for event in told] == ["payment.canceled"]


def test_a_cancel_and_a_payment_at_once_have_one_winner(shop: Shop, basket: Basket) -> None:
    """Paid and delivered, or canceled and not payable: never both, whoever is first."""
    for _ in range(4):
        answer = opened(shop, basket)
        with ThreadPoolExecutor(2) as pool:
            paying = pool.submit(shop.pay, answer)
            canceling = pool.submit(shop.cancel, answer["purchase_id"])
        paid = paying.result().is_success
        assert canceling.result().status_code == (409 if paid else 200)
        assert shop.completed(answer["purchase_id"])["status"] == ("paid" if paid else "canceled")

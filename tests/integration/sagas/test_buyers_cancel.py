"""The buyer cancels through the intake, on real parts."""

from concurrent.futures import ThreadPoolExecutor

from tests.integration.sagas.test_purchases import Basket, opened
from tools.devstack.shop import Shop


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

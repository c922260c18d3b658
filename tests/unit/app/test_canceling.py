"""POST /purchases/{purchase_id}/cancel: what a buyer is told of it."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.errors import Unavailable
from domain.purchase import PurchaseStatus
from tests.unit.app.requests import refusal
from tests.unit.fakes import ORDER, FakePaymentRecords, FakePurchases, outcome, payment, saga, view

ROUTE = "/purchases/p1/cancel"
CANCELED = view(status=PurchaseStatus.CANCELED)
ENDS = [status for status in PurchaseStatus if status is not PurchaseStatus.CANCELED]


def record(payments: FakePaymentRecords, status: PurchaseStatus) -> None:
    """Let alice's purchase have ended, and its saga be gone."""
    payments.records = [payment(outcome=outcome(status=status))]


@pytest.mark.parametrize("options", [{}, {"json": {}}, {"json": {"on_behalf_of": None}}])
def test_an_open_purchase_is_canceled(client: FlaskClient, purchases: FakePurchases, options: dict[str, Any]) -> None:
    """200 with the purchase, with or without a body; its saga's own answer is shown."""
    purchases.sagas["p1"] = saga()
    purchases.cancels["p1"] = CANCELED
    response = client.post(ROUTE, **options)
    assert response.status_code == 200
    assert response.get_json() == client.get("/purchases/p1").get_json() | {"status": "canceled"}
    assert purchases.canceled == ["p1"]


def test_a_repeat_gets_the_same_answer(client: FlaskClient, payments: FakePaymentRecords) -> None:
    """Also when its saga has ended and only the record is left."""
    record(payments, PurchaseStatus.CANCELED)
    answers = [client.post(ROUTE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json() == client.get("/purchases/p1").get_json()


@pytest.mark.parametrize("status", ENDS)
def test_what_cannot_be_canceled_says_where_it_stands(
    client: FlaskClient, purchases: FakePurchases, status: PurchaseStatus
) -> None:
    """409 with `purchase_status`: paid meanwhile, at the bank, or ended otherwise."""
    purchases.sagas["p1"] = saga()
    purchases.cancels["p1"] = view(status=status)
    response = client.post(ROUTE)
    assert refusal(response) == (409, "not-cancelable")
    assert response.get_json()["purchase_status"] == status


@pytest.mark.parametrize("status", ENDS)
def test_what_has_ended_otherwise_cannot_be_canceled(
    client: FlaskClient, payments: FakePaymentRecords, status: PurchaseStatus
) -> None:
    """The record tells how it ended, long after its saga."""
    record(payments, status)
    response = client.post(ROUTE)
    assert refusal(response) == (409, "not-cancelable")
    assert response.get_json()["purchase_status"] == status


@pytest.mark.parametrize("purchase_id", ["unknown", "p2", "p3", "a" * 65, "p1%0A", "p%201", "%C3%A4"])
def test_what_is_not_the_buyers_is_not_canceled(
    client: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords, purchase_id: str
) -> None:
    """Another buyer's, running or recorded, is as unknown as one that never was: 404, and nobody is told."""
    purchases.sagas["p2"] = saga(ORDER.model_copy(update={"purchase_id": "p2", "buyer_id": "bob"}))
    purchases.cancels["p2"] = CANCELED
    payments.records = [payment(ORDER.model_copy(update={"purchase_id": "p3", "buyer_id": "bob"}), outcome=outcome())]
    assert refusal(client.post(f"/purchases/{purchase_id}/cancel")) == (404, "not-found")
    assert purchases.canceled == []


def test_a_saga_that_does_not_answer_is_503(client: FlaskClient, purchases: FakePurchases) -> None:
    """Nobody knows what came of it: the buyer asks again."""
    purchases.sagas["p1"] = saga()
    purchases.cancel_error = Unavailable("no worker")
    assert refusal(client.post(ROUTE)) == (503, "dependency-unavailable")


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"reason": "late"}},
        {"json": []},
        {"json": {"on_behalf_of": 7}},
        {"data": b"{", "content_type": "application/json"},
        {"data": b"null", "content_type": "application/json"},
    ],
)
def test_a_cancel_says_nothing_else(client: FlaskClient, purchases: FakePurchases, options: dict[str, Any]) -> None:
    """Unknown fields and broken JSON are 422, and cancel nothing."""
    purchases.sagas["p1"] = saga()
    assert refusal(client.post(ROUTE, **options)) == (422, "invalid-request")
    assert purchases.canceled == []

"""POST /purchases: the answer, its repeats, and every refusal."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.refusals import STATUS_BY_KIND
from app.settings import IntakeSettings
from domain.answers import BUYERS_REFUSALS, given_up, key_reused
from domain.errors import ContractBroken, Refused, Unavailable
from domain.keys import payment_id_of, purchase_id_of
from domain.payment import NextAction
from domain.purchase import PurchaseStatus
from lib.webapi.problem_types import FORBIDDEN
from tests.unit.app.requests import BODY, body_with, post, refusal
from tests.unit.fakes import FakePaymentRecords, FakePurchases


def test_an_open_purchase_is_answered_with_all_that_a_page_needs(client: FlaskClient) -> None:
    """201 with the design's members, the place of the purchase, and no leave to keep the secret."""
    response = post(client)
    known = purchase_id_of("alice", "k1")
    assert response.status_code == 201
    assert response.get_json() == {
        "purchase_id": known,
        "payment_id": payment_id_of(known),
        "status": "awaiting_payment",
        "amount": 1800,
        "currency": "usd",
        "expires_at": "2026-11-21T10:00:00Z",
        "next_action": {"type": "stripe", "client_secret": "pi_1_secret", "payment_intent": "pi_1"},
    }
    assert response.headers["Location"] == f"/purchases/{known}"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Idempotent-Replayed" not in response.headers


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ({"type": "none"}, PurchaseStatus.PROCESSING),
        ({"type": "redirect", "url": "https://pay.example/1"}, PurchaseStatus.AWAITING_PAYMENT),
    ],
)
def test_a_buyer_is_told_what_to_do_and_nothing_else(
    client: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords, action: Any, status: PurchaseStatus
) -> None:
    """Exactly the members that belong to the kind of action: paid already, or on the provider's page."""
    purchases.status = status
    payments.action = NextAction(**action)
    answer = post(client).get_json()
    assert (answer["next_action"], answer["status"]) == (action, status)


def test_the_saga_is_told_what_it_needs(client: FlaskClient, purchases: FakePurchases, config: IntakeSettings) -> None:
    """The order in canonical form, its times, and never a client secret."""
    post(client, body_with(payment_method="card"))
    (start,) = purchases.starts
    assert start.order.buyer_id == "alice"
    assert start.order.purchase_id == purchase_id_of("alice", "k1")
    assert [item.quantity for item in start.order.items] == ["1.500"]
    assert (start.reservation_ttl_s, start.opening_timeout_s) == (config.reservation_ttl, config.opening_timeout)


def test_a_repeat_gets_the_same_body_and_says_so(client: FlaskClient) -> None:
    """The same key and body: 201, the first body, `Idempotent-Replayed: true`."""
    first, again = post(client), post(client)
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]


def test_a_repeat_is_told_apart_though_a_client_names_all_its_requests_alike(client: FlaskClient) -> None:
    """The client's own request id does not make a repeat the first request."""
    headers = {"Idempotency-Key": "k1", "X-Request-Id": "mine"}
    post(client, headers=headers)
    assert post(client, headers=headers).headers["Idempotent-Replayed"] == "true"


def test_without_a_key_nothing_is_bought(client: FlaskClient, purchases: FakePurchases) -> None:
    """A missing or an empty key is 400, before anything is started."""
    assert refusal(client.post("/purchases", json=BODY)) == (400, "idempotency-key-missing")
    assert refusal(post(client, key="")) == (400, "idempotency-key-missing")
    assert not purchases.starts


@pytest.mark.parametrize("key", ["k" * 256, "k\tk", "schlüssel", "k\x7f"])
def test_a_bad_key_is_refused(client: FlaskClient, purchases: FakePurchases, key: str) -> None:
    """Longer than 255, or not printable: 422, with the field that is wrong."""
    response = post(client, key=key)
    assert refusal(response) == (422, "invalid-request")
    assert response.get_json()["errors"][0]["field"] == "headers.idempotency_key"
    assert not purchases.starts


@pytest.mark.parametrize("key", ["k", "k" * 255, "with spaces and ~!"])
def test_a_good_key_is_taken(client: FlaskClient, key: str) -> None:
    """1 to 255 printable characters."""
    assert post(client, key=key).status_code == 201


@pytest.mark.parametrize(("amount", "currency"), [(49, "usd"), (49, "eur"), (29, "gbp"), (49, "jpy"), (1, "usd")])
def test_an_amount_that_no_provider_charges_is_too_small(client: FlaskClient, amount: int, currency: str) -> None:
    """Below the provider's minimum of the currency: 422 `amount-too-small`."""
    assert refusal(post(client, body_with(amount=amount, currency=currency))) == (422, "amount-too-small")


@pytest.mark.parametrize(("amount", "currency"), [(50, "usd"), (30, "gbp"), (99_999_999, "usd")])
def test_the_least_and_the_greatest_amount_are_taken(client: FlaskClient, amount: int, currency: str) -> None:
    """The limits themselves can be bought for."""
    assert post(client, body_with(amount=amount, currency=currency)).status_code == 201


@pytest.mark.parametrize(("kind", "status"), [("sold-out", 409), ("opening-failed", 409), ("not-found", 404)])
def test_a_refused_opening_is_told_as_the_design_says(
    client: FlaskClient, purchases: FakePurchases, kind: str, status: int
) -> None:
    """Each refusal of the saga has its status; those of a hint have the same (test_hints.py)."""
    purchases.error = Refused(kind, "No.")
    assert refusal(post(client)) == (status, kind)


@pytest.mark.parametrize("error", [Unavailable("away"), TimeoutError(), ContractBroken("401")])
def test_what_does_not_answer_is_503(client: FlaskClient, purchases: FakePurchases, error: Exception) -> None:
    """Temporal away, or slow: 503 with Retry-After."""
    purchases.error = error
    assert refusal(post(client)) == (503, "dependency-unavailable")


def test_payments_away_after_the_opening_is_503_and_its_repeat_succeeds(
    client: FlaskClient, payments: FakePaymentRecords
) -> None:
    """A purchase that is open already is answered by the repeat with the same key."""
    payments.error = Unavailable("away")
    assert refusal(post(client)) == (503, "dependency-unavailable")
    payments.error = None
    assert post(client).status_code == 201


def test_whatever_refuses_an_opening_has_a_status() -> None:
    """No kind that a hint, a saga or a record tells a buyer is left out of the table."""
    assert BUYERS_REFUSALS | {given_up().kind, key_reused().kind, FORBIDDEN.kind} == STATUS_BY_KIND.keys()

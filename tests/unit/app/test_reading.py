"""GET /purchases and GET /purchases/{purchase_id}."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.errors import Refused, Unavailable
from domain.purchase import PurchaseStatus, TimelineEntry
from tests.unit.app.requests import refusal
from tests.unit.fakes import NOW, ORDER, PAYMENT_ID, FakePaymentRecords, FakePurchases, outcome, payment, saga, view

OPENED = TimelineEntry(at=NOW, event="opening")
RESERVED = TimelineEntry(at=NOW + timedelta(seconds=1), event="offset_reserved", detail="1.5 t")
SHOWN: dict[str, Any] = {
    "purchase_id": "p1",
    "payment_id": PAYMENT_ID,
    "status": "awaiting_payment",
    "reason": None,
    "items": [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}],
    "amount": 1800,
    "currency": "usd",
    "created_at": "2026-11-21T09:30:00Z",
    "expires_at": "2026-11-21T10:00:00Z",
    "timeline": [{"at": "2026-11-21T09:30:00Z", "event": "opening", "detail": ""}],
}
BOBS = ORDER.model_copy(update={"buyer_id": "bob", "purchase_id": "p2"})


def test_an_open_purchase_is_shown_without_a_worker(client: FlaskClient, purchases: FakePurchases) -> None:
    """What the server describes is enough for everything but the timeline."""
    purchases.sagas["p1"] = saga()
    response = client.get("/purchases/p1")
    assert (response.status_code, response.get_json()) == (200, SHOWN)


def test_a_worker_in_time_tells_the_timeline(client: FlaskClient, purchases: FakePurchases) -> None:
    """Its view is fresher than the server's description."""
    purchases.sagas["p1"] = saga(status=PurchaseStatus.OPENING)
    purchases.views["p1"] = view(timeline=(OPENED, RESERVED))
    timeline = [*SHOWN["timeline"], {"at": "2026-11-21T09:30:01Z", "event": "offset_reserved", "detail": "1.5 t"}]
    assert client.get("/purchases/p1").get_json() == SHOWN | {"timeline": timeline}


def test_a_purchase_that_is_being_refused_tells_why(client: FlaskClient, purchases: FakePurchases) -> None:
    """The reason is there before the undo is done."""
    purchases.sagas["p1"] = saga(status=PurchaseStatus.OPENING)
    purchases.views["p1"] = view(status=PurchaseStatus.OPENING, reason="sold-out")
    assert client.get("/purchases/p1").get_json()["reason"] == "sold-out"


@pytest.mark.parametrize("described", [True, False])
def test_an_ended_purchase_is_shown_from_its_record(
    client: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords, described: bool
) -> None:
    """The record answers, whether Temporal still knows the saga or has forgotten it."""
    if described:
        purchases.sagas["p1"] = saga(running=False)
    answer = {"expires_at": "2026-11-21T10:00:00Z"}
    payments.records = [payment(outcome=outcome(answer=answer, timeline=(OPENED,)))]
    assert client.get("/purchases/p1").get_json() == SHOWN | {"status": "paid"}


def test_a_rejected_purchase_has_a_reason_and_no_deadline(client: FlaskClient, payments: FakePaymentRecords) -> None:
    """One whose payment its provider has never heard of is shown, too."""
    ended = outcome(status=PurchaseStatus.REJECTED, reason="opening-failed", answer={"refused": {}})
    payments.records = [payment(provider_reference=None, outcome=ended)]
    shown = client.get("/purchases/p1").get_json()
    assert (shown["status"], shown["reason"]) == ("rejected", "opening-failed")
    assert (shown["payment_id"], shown["expires_at"], shown["timeline"]) == (PAYMENT_ID, None, [])


def test_a_purchase_whose_saga_was_ended_by_force_needs_attention(
    client: FlaskClient, payments: FakePaymentRecords
) -> None:
    """Without a saga and without an outcome nobody carries it on."""
    payments.records = [payment()]
    assert client.get("/purchases/p1").get_json()["status"] == "needs_attention"


@pytest.mark.parametrize("purchase_id", ["unknown", "p2", "p3", "a" * 65, "p1%0A", "p%201", "%C3%A4", "p1%00"])
def test_what_is_not_the_buyers_does_not_exist(
    client: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords, purchase_id: str
) -> None:
    """Unknown, another buyer's (running or recorded) and impossible ids are all the same 404."""
    purchases.sagas["p2"] = saga(BOBS)
    payments.records = [payment(BOBS.model_copy(update={"purchase_id": "p3"}), outcome=outcome())]
    assert refusal(client.get(f"/purchases/{purchase_id}")) == (404, "not-found")


def test_an_impossible_id_is_not_asked_for(client: FlaskClient, purchases: FakePurchases) -> None:
    """Temporal and Payments would refuse it, and the buyer would read that they are away."""
    purchases.error = Unavailable("away")
    assert refusal(client.get("/purchases/p%0A1")) == (404, "not-found")


def test_temporal_or_payments_away_is_503(
    client: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords
) -> None:
    """Neither can be guessed."""
    payments.error = Unavailable("away")
    assert refusal(client.get("/purchases/p1")) == (503, "dependency-unavailable")
    assert refusal(client.get("/purchases")) == (503, "dependency-unavailable")
    purchases.error = Unavailable("away")
    assert refusal(client.get("/purchases/p1")) == (503, "dependency-unavailable")


def test_a_list_shows_the_buyers_own_purchases(
    client: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords
) -> None:
    """Those that have ended from their record, open ones as their saga stands, nobody else's."""
    purchases.sagas["p1"] = saga(status=PurchaseStatus.PROCESSING)
    earlier = ORDER.model_copy(update={"purchase_id": "p0"})
    payments.records = [payment(), payment(BOBS), payment(earlier, outcome=outcome())]
    page = client.get("/purchases").get_json()
    assert [(item["purchase_id"], item["status"]) for item in page["items"]] == [("p1", "processing"), ("p0", "paid")]
    assert page["next_cursor"] is None
    assert page["items"][0] == SHOWN | {"status": "processing"}


def test_a_list_comes_in_pages(client: FlaskClient, payments: FakePaymentRecords) -> None:
    """Limit and cursor go to Payments, and its next cursor comes back."""
    payments.records = [payment(ORDER.model_copy(update={"purchase_id": f"p{n}"}), outcome=outcome()) for n in range(3)]
    page = client.get("/purchases?limit=2&cursor=after-7").get_json()
    assert (len(page["items"]), page["next_cursor"]) == (2, "more")
    client.get("/purchases")
    client.get("/purchases?limit=100")
    assert payments.pages_asked == [("alice", 2, "after-7"), ("alice", 20, None), ("alice", 100, None)]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "limit=1.5", "limit=٣", "cursor=" + "c" * 201, "x=1"],
)
@pytest.mark.parametrize("route", ["/purchases", "/projects"])
def test_a_wrong_page_is_refused(client: FlaskClient, route: str, query: str) -> None:
    """Limits outside 1 to 100, overlong cursors and unknown parameters are 422 with the field."""
    response = client.get(f"{route}?{query}")
    assert refusal(response) == (422, "invalid-request")
    assert response.get_json()["errors"][0]["field"].startswith("query.")


def test_a_foreign_cursor_is_refused(client: FlaskClient, payments: FakePaymentRecords) -> None:
    """Payments knows its cursors; its refusal is the buyer's."""
    payments.error = Refused("invalid-request", "The cursor is none of ours.")
    assert refusal(client.get("/purchases?cursor=after-7")) == (422, "invalid-request")

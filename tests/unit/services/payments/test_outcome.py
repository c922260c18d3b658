"""PUT /purchases/{id}/outcome: the record that outlives the workflow."""

import pytest

from providers.port import ProviderUnknown
from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.fake_provider import FakePaymentProvider
from tests.unit.services.payments.requests import PAYMENT_ID, REFERENCE, create, done, order, outcome, refusal

STEP = {"at": "2026-11-21T09:00:00.5Z", "event": "paid", "detail": None}


def test_the_first_outcome_stays(api: ServiceApi) -> None:
    """Whoever records later is told what is recorded, and changes nothing."""
    create(api)
    first = done(api.ask("PUT", "/purchases/p1/outcome", outcome(timeline=[STEP])))
    recorded = first["outcome"]
    assert recorded.pop("recorded_at").endswith("Z")
    assert recorded == {
        "status": "paid",
        "reason": None,
        "fingerprint": "f1",
        "answer": {"status": "awaiting_payment"},
        "timeline": [STEP],
    }
    second = done(api.ask("PUT", "/purchases/p1/outcome", outcome(status="failed", fingerprint="f2")))
    assert second["outcome"]["status"] == "paid"
    assert (second["provider_reference"], second["status"]) == (REFERENCE, "payable")


def test_a_purchase_without_a_payment_has_a_record_too(api: ServiceApi) -> None:
    """Rejected before a payment existed: the record holds the order and is listed for its buyer."""
    body = outcome(status="rejected", reason="sold-out", answer=None)
    shown = done(api.ask("PUT", "/purchases/p1/outcome", body))
    assert (shown["provider_reference"], shown["status"], shown["canceled_by"]) == (None, "canceled", None)
    assert (shown["buyer_id"], shown["amount"]) == ("alice", 1800)
    assert api.ask("GET", "/payments?buyer_id=alice").get_json()["items"] == [shown]


def test_a_tombstone_gets_its_order_with_the_outcome(api: ServiceApi) -> None:
    """The tombstone of an undone opening knew no order; the outcome brings it and keeps who canceled."""
    api.ask("POST", "/purchases/p1/cancel", key="undo")
    shown = done(api.ask("PUT", "/purchases/p1/outcome", outcome(status="rejected")))
    assert (shown["buyer_id"], shown["canceled_by"]) == ("alice", "undo")


def test_an_outcome_during_the_creation_stops_the_payment(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A purchase that ended without a payment gets none any more: what was just created is canceled."""

    def settle() -> None:
        done(api.ask("PUT", "/purchases/p1/outcome", outcome(status="rejected")))

    provider.meanwhile("create", settle)
    assert refusal(api.ask("POST", "/payments", order())) == (409, "payment-canceled")
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["status"] == "canceled"


def test_a_tombstone_over_a_creation_does_not_hide_the_outcome(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Once an outcome is recorded a repeat of the creation answers it, whatever became of the payment."""
    provider.fail("create", ProviderUnknown("timeout"))
    api.ask("POST", "/payments", order())
    done(api.ask("POST", "/purchases/p1/cancel"))
    done(api.ask("PUT", "/purchases/p1/outcome", outcome(status="rejected")))
    assert create(api)["outcome"]["status"] == "rejected"


@pytest.mark.parametrize(
    "change",
    [
        {"status": "open"},
        {"timeline": [STEP] * 101},
        {"timeline": [STEP | {"at": "2026-11-21 09:00:00"}]},
        {"timeline": [STEP | {"more": 1}]},
        {"answer": []},
        {"fingerprint": None},
        {"purchase_id": "p1"},
    ],
)
def test_an_invalid_outcome_is_refused(api: ServiceApi, change: dict[str, object]) -> None:
    """A body that breaks the contract is 422 and records nothing."""
    assert refusal(api.ask("PUT", "/purchases/p1/outcome", outcome(**change))) == (422, "invalid-request")
    assert api.ask("GET", "/payments").get_json()["items"] == []

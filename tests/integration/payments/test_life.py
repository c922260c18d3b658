"""A payment's life at a provider that keeps Stripe's rules."""

from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest
import stripe

from tests.integration.payments.conftest import PaymentsProcesses, order
from tests.integration.service_process import ServiceProcess

Json = dict[str, Any]


class Made(NamedTuple):
    """A payment, as we call it and as the provider does."""

    id: str
    reference: str


def create(service: ServiceProcess, **changes: Any) -> Made:
    """The payment of a new purchase."""
    answer = service.ask("POST", "/payments", order(**changes))
    assert answer.status_code == 201, answer.text
    return Made(answer.json()["payment_id"], answer.json()["provider_reference"])


def done(answer: httpx.Response) -> Json:
    """The payment that was answered."""
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and kind of a refusal."""
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]


def test_a_payment_is_paid_and_refunded(shop: PaymentsProcesses) -> None:
    """The buyer pays with what the next action tells; it cannot be canceled any more, and is refunded once."""
    service = shop.automatic[0]
    purchase_id = uuid4().hex
    payment = create(service, purchase_id=purchase_id)
    intent = shop.stripe.v1.payment_intents.retrieve(payment.reference)
    ours = {"payment_id": payment.id, "purchase_id": purchase_id}
    assert (intent.metadata.to_dict() if intent.metadata else None) == ours
    assert list(intent.payment_method_types) == ["card"]
    wanted = done(service.ask("GET", f"/payments/{payment.id}/next-action"))
    assert wanted == {"type": "stripe", "client_secret": intent.client_secret, "payment_intent": payment.reference}
    shop.pay(payment.reference)
    paid = done(service.ask("GET", f"/payments/{payment.id}"))
    assert (paid["status"], paid["amount_captured"], paid["failed_attempts"]) == ("paid", 1800, 0)
    assert done(service.ask("GET", f"/payments?provider_reference={payment.reference}"))["items"] == [paid]
    assert refusal(service.ask("POST", f"/payments/{payment.id}/cancel")) == (409, "payment-paid")
    assert done(service.ask("POST", f"/payments/{payment.id}/capture")) == paid
    for _ in range(2):
        assert done(service.ask("POST", f"/payments/{payment.id}/refund"))["amount_refunded"] == 1800
    (refund,) = shop.stripe.v1.refunds.list({"payment_intent": payment.reference}).data
    assert (refund.metadata.to_dict() if refund.metadata else None) == ours


def test_failed_attempts_are_counted_until_one_succeeds(shop: PaymentsProcesses) -> None:
    """A declined card leaves the payment payable; the failed charge still counts after the next card was charged."""
    service = shop.automatic[0]
    payment = create(service)
    with pytest.raises(stripe.CardError):
        shop.pay(payment.reference, "pm_card_visa_chargeDeclined")
    declined = done(service.ask("GET", f"/payments/{payment.id}"))
    assert (declined["status"], declined["failed_attempts"]) == ("payable", 1)
    shop.pay(payment.reference)
    paid = done(service.ask("GET", f"/payments/{payment.id}"))
    assert (paid["status"], paid["failed_attempts"]) == ("paid", 1)


def test_a_processed_payment_is_canceled_once_the_bank_refused(shop: PaymentsProcesses, simulator: str) -> None:
    """While the bank processes the cancel is refused; the same caller's next try is not answered from the past."""
    service = shop.automatic[0]
    payment = create(service)
    shop.pay(payment.reference, "pm_card_simulatorProcessing")
    assert done(service.ask("GET", f"/payments/{payment.id}"))["status"] == "processing"
    assert refusal(service.ask("POST", f"/payments/{payment.id}/cancel")) == (409, "payment-processing")
    settle = f"{simulator}/simulator/payment_intents/{payment.reference}/settle"
    key = {"Authorization": "Bearer sk_test_development"}
    assert httpx.post(settle, data={"outcome": "failed"}, headers=key).status_code == 200
    assert done(service.ask("POST", f"/payments/{payment.id}/cancel"))["status"] == "canceled"


def test_an_authorised_payment_is_captured(shop: PaymentsProcesses) -> None:
    """Manual capture: paid with nothing captured, then captured once; a canceled one is refused."""
    payment = create(shop.manual)
    assert refusal(shop.manual.ask("POST", f"/payments/{payment.id}/capture")) == (409, "payment-not-capturable")
    shop.pay(payment.reference)
    held = done(shop.manual.ask("GET", f"/payments/{payment.id}"))
    assert (held["status"], held["amount_captured"]) == ("paid", 0)
    assert refusal(shop.manual.ask("POST", f"/payments/{payment.id}/refund")) == (409, "payment-not-refundable")
    for _ in range(2):
        assert done(shop.manual.ask("POST", f"/payments/{payment.id}/capture"))["amount_captured"] == 1800


def test_times_and_outcomes_survive_both_databases(shop: PaymentsProcesses) -> None:
    """What was recorded is read back by another process exactly as it was answered."""
    body = order(status="rejected", reason="sold-out", fingerprint="f", answer=None, timeline=[])
    purchase_id = body.pop("purchase_id")
    recorded = done(shop.automatic[0].ask("PUT", f"/purchases/{purchase_id}/outcome", body))
    assert recorded["created_at"].endswith("Z")
    listed = done(shop.automatic[1].ask("GET", f"/payments?purchase_id={purchase_id}"))
    assert listed == {"items": [recorded], "next_cursor": None}

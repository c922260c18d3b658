"""Cancelling: decided by the payment's state at the provider, in the name of who asked."""

import pytest

from providers.port import (
    PaymentStatus,
    ProviderFault,
    ProviderRefused,
    ProviderUnknown,
)
from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.fake_provider import FakePaymentProvider
from tests.unit.services.payments.requests import PAYMENT_ID, REFERENCE, create, done, outcome, refusal


def test_a_payable_payment_is_canceled_by_the_first_who_asks(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A second caller is told that it is done, and by whom."""
    create(api)
    first = done(api.ask("POST", f"/payments/{PAYMENT_ID}/cancel", key="payment-failed/f1/cancel"))
    second = done(api.ask("POST", f"/payments/{PAYMENT_ID}/cancel", key="purchase/p1/cancel"))
    assert first == second
    assert (first["status"], first["canceled_by"]) == ("canceled", "payment-failed/f1/cancel")
    assert provider.keys == ["p1:create:1", "p1:cancel:1"]


def test_an_authorised_payment_can_be_canceled(manual: ServiceApi, provider: FakePaymentProvider) -> None:
    """Nothing is captured yet, so the authorisation is released."""
    create(manual)
    provider.pay(REFERENCE)
    assert done(manual.ask("POST", f"/payments/{PAYMENT_ID}/cancel"))["status"] == "canceled"


@pytest.mark.parametrize("path", [f"/payments/{PAYMENT_ID}/cancel", "/purchases/p1/cancel"])
def test_a_captured_payment_is_not_canceled(api: ServiceApi, provider: FakePaymentProvider, path: str) -> None:
    """The refusal says that it is paid, and nobody is kept as its canceller."""
    create(api)
    provider.pay(REFERENCE)
    assert refusal(api.ask("POST", path)) == (409, "payment-paid")
    shown = done(api.ask("GET", f"/payments/{PAYMENT_ID}"))
    assert (shown["status"], shown["canceled_by"]) == ("paid", None)


@pytest.mark.parametrize("path", [f"/payments/{PAYMENT_ID}/cancel", "/purchases/p1/cancel"])
def test_a_processed_payment_is_not_canceled_until_it_fails(
    api: ServiceApi, provider: FakePaymentProvider, path: str
) -> None:
    """While the bank processes it is refused; once the attempt failed, a new key at the provider cancels it."""
    create(api)
    provider.becomes(REFERENCE, PaymentStatus.PROCESSING)
    assert refusal(api.ask("POST", path)) == (409, "payment-processing")
    provider.becomes(REFERENCE, PaymentStatus.PAYABLE, failed_attempts=1)
    assert done(api.ask("POST", path))["status"] == "canceled"
    assert provider.keys[1:] == ["p1:cancel:1", "p1:cancel:2"]


def test_a_cancel_by_a_hand_names_nobody(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A payment that was canceled without us before we asked is done, and canceled by nobody of ours."""
    create(api)
    provider.becomes(REFERENCE, PaymentStatus.CANCELED)
    assert done(api.ask("POST", f"/payments/{PAYMENT_ID}/cancel"))["canceled_by"] is None
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["canceled_by"] is None


def test_who_asked_is_known_before_the_answer(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """The cancel took effect and its answer was lost: a look shows who asked, and the repeat is done."""
    create(api)
    provider.fail("cancel", ProviderUnknown("timeout"), done=True)
    assert refusal(api.ask("POST", f"/payments/{PAYMENT_ID}/cancel", key="a")) == (503, "dependency-unavailable")
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["canceled_by"] == "a"
    assert done(api.ask("POST", f"/payments/{PAYMENT_ID}/cancel", key="b"))["canceled_by"] == "a"


def test_a_refusal_clears_who_asked(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A caller who was refused is not the canceller when a hand cancels afterwards."""
    create(api)
    provider.becomes(REFERENCE, PaymentStatus.PROCESSING)
    api.ask("POST", f"/payments/{PAYMENT_ID}/cancel", key="a")
    provider.becomes(REFERENCE, PaymentStatus.CANCELED)
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["canceled_by"] is None


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_broken_provider_is_judged_by_retrieving(
    api: ServiceApi, provider: FakePaymentProvider, took_effect: bool
) -> None:
    """After a fault the payment is read: done if it is canceled, else 503 and the next key cancels it."""
    create(api)
    provider.fail("cancel", ProviderFault("500"), done=took_effect)
    answer = api.ask("POST", f"/payments/{PAYMENT_ID}/cancel", key="a")
    assert answer.status_code == (200 if took_effect else 503)
    assert done(api.ask("POST", f"/payments/{PAYMENT_ID}/cancel", key="a"))["canceled_by"] == "a"
    assert provider.keys[1:] == (["p1:cancel:1"] if took_effect else ["p1:cancel:1", "p1:cancel:2"])


def test_a_refusal_whose_reason_is_gone_is_tried_again(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Refused, and payable when it is read: the state has just changed, so the caller repeats."""
    create(api)
    provider.fail("cancel", ProviderRefused("processing"))
    assert refusal(api.ask("POST", f"/payments/{PAYMENT_ID}/cancel")) == (503, "dependency-unavailable")
    assert done(api.ask("POST", f"/payments/{PAYMENT_ID}/cancel"))["status"] == "canceled"


def test_a_complete_purchase_answers_a_cancel_with_its_record(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Whatever its payment's state, a purchase with an outcome is left alone."""
    create(api)
    provider.pay(REFERENCE)
    api.ask("GET", f"/payments/{PAYMENT_ID}")
    api.ask("PUT", "/purchases/p1/outcome", outcome())
    assert done(api.ask("POST", "/purchases/p1/cancel"))["outcome"]["status"] == "paid"
    assert "p1:cancel:1" not in provider.keys


@pytest.mark.parametrize("operation", ["cancel", "capture", "refund"])
def test_a_write_to_an_unknown_payment_is_not_found(api: ServiceApi, operation: str) -> None:
    """Whatever the provider knows, a payment without a row is 404."""
    assert refusal(api.ask("POST", f"/payments/pi_9/{operation}")) == (404, "not-found")

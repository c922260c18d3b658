"""POST /payments: one payment per purchase, whatever happens between us and the provider."""

from typing import Any

import pytest

from providers.port import (
    Capabilities,
    CaptureMode,
    NewPayment,
    PaymentIds,
    ProviderFault,
    ProviderMisconfigured,
    ProviderRefused,
    ProviderUnknown,
)
from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.fake_provider import FakePaymentProvider
from tests.unit.services.payments.requests import PAYMENT_ID, REFERENCE, create, done, order, outcome, refusal


def test_a_purchase_gets_a_payment(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """The answer shows the payable payment, and the provider was asked under the purchase's first key."""
    shown = create(api)
    assert shown.pop("created_at").endswith("Z")
    assert shown == {
        "payment_id": PAYMENT_ID,
        "method": "card",
        "provider": "stripe",
        "provider_reference": REFERENCE,
        "purchase_id": "p1",
        "buyer_id": "alice",
        "status": "payable",
        "amount": 1800,
        "currency": "usd",
        "amount_authorised": 0,
        "amount_captured": 0,
        "amount_refunded": 0,
        "refunded_since": None,
        "amount_disputed": 0,
        "failed_attempts": 0,
        "items": [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}],
        "outcome": None,
        "canceled_by": None,
        "refunded_by": None,
        "disputed": False,
        "disputes_open": 0,
        "refunds_by_hand": 0,
        "capture_before": None,
    }
    assert provider.asked_for == [NewPayment(PaymentIds(PAYMENT_ID, "p1"), 1800, "usd", CaptureMode.AUTOMATIC)]
    assert provider.keys == ["p1:create:1"]


def test_a_repeat_answers_the_same_payment(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A repeat, also with 1.5 written as 1.500, asks the provider nothing and answers the same body."""
    first = create(api)
    items = [order()["items"][0] | {"quantity": "1.500"}]
    assert create(api, items=items) == first
    assert len(provider.asked_for) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 1801},
        {"buyer_id": "bob"},
        {"currency": "eur"},
        {"method": "wallet"},
        {"items": [order()["items"][0] | {"quantity": "1.501"}]},
    ],
)
def test_another_order_for_a_purchase_is_refused(api: ServiceApi, change: dict[str, Any]) -> None:
    """The same purchase with another amount, buyer, currency, method or items is a mismatch."""
    create(api)
    assert refusal(api.ask("POST", "/payments", order(**change))) == (409, "payment-mismatch")


def test_a_complete_purchase_answers_its_record(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A purchase with an outcome answers it, even to another order, and creates nothing."""
    done(api.ask("PUT", "/purchases/p1/outcome", outcome(status="rejected", reason="sold-out", answer=None)))
    shown = create(api, amount=55)
    assert (shown["provider_reference"], shown["amount"]) == (None, 1800)
    assert (shown["outcome"]["status"], shown["outcome"]["fingerprint"]) == ("rejected", "f1")
    assert provider.keys == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 49}, "json.amount"),
        ({"amount": 100_000_000}, "json.amount"),
        ({"amount": 29, "currency": "gbp"}, "json.amount"),
        ({"currency": "zzz"}, "json.currency"),
        ({"method": "cash"}, "json.method"),
    ],
)
def test_what_nobody_would_charge_is_refused(
    api: ServiceApi, provider: FakePaymentProvider, changes: dict[str, Any], field: str
) -> None:
    """An amount beyond the provider's limits, an unknown currency or method: the caller's fault, which is named."""
    answer = api.ask("POST", "/payments", order(**changes))
    assert refusal(answer) == (422, "invalid-request")
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    assert provider.keys == []
    assert api.ask("GET", "/payments").get_json()["items"] == []


def test_a_repeat_is_answered_whatever_is_taken_by_now(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Limits are for new payments: one that is there is answered by its state."""
    first = create(api)
    provider.capabilities = Capabilities({})
    assert create(api) == first


def test_a_payment_canceled_later_is_still_the_purchases(api: ServiceApi) -> None:
    """A repeat after an ordinary cancel answers the canceled payment; only a tombstone refuses."""
    create(api)
    done(api.ask("POST", f"/payments/{PAYMENT_ID}/cancel"))
    assert create(api)["status"] == "canceled"


def test_an_unknown_answer_is_repeated_with_the_same_key(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Nobody knows whether it was created: 503 with Retry-After; the repeat finds the payment under the same key."""
    provider.fail("create", ProviderUnknown("timeout"), done=True)
    answer = api.ask("POST", "/payments", order())
    assert refusal(answer) == (503, "dependency-unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert api.ask("GET", "/payments").get_json()["items"][0]["status"] == "creating"
    assert create(api)["provider_reference"] == REFERENCE
    assert provider.keys == ["p1:create:1", "p1:create:1"]


def test_a_broken_providers_key_is_given_up(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """The provider would replay its fault, so the repeat asks under the next key."""
    provider.fail("create", ProviderFault("500"), done=False)
    assert refusal(api.ask("POST", "/payments", order())) == (503, "dependency-unavailable")
    create(api)
    assert provider.keys == ["p1:create:1", "p1:create:2"]


@pytest.mark.parametrize("error", [ProviderRefused("amount"), ProviderMisconfigured("wrong key")])
def test_a_provider_that_does_not_accept_us_is_our_fault(
    api: ServiceApi, provider: FakePaymentProvider, error: Exception
) -> None:
    """A refused creation or key is 502; once it is put right, a repeat goes through."""
    provider.fail("create", error)
    assert refusal(api.ask("POST", "/payments", order())) == (502, "provider-misconfigured")
    assert create(api)["status"] == "payable"


def test_the_capture_mode_of_the_first_try_stays(
    api: ServiceApi, manual: ServiceApi, provider: FakePaymentProvider
) -> None:
    """A repeat after the setting has changed asks for what the key stands for."""
    provider.fail("create", ProviderUnknown("timeout"))
    api.ask("POST", "/payments", order())
    create(manual)
    assert [wanted.capture for wanted in provider.asked_for] == [CaptureMode.AUTOMATIC]


def test_of_two_creations_at_once_one_payment_stays(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A creation that comes back to a payment that is known and paid already leaves that as it is."""

    def overtake() -> None:
        create(api)
        provider.pay(REFERENCE)
        api.ask("GET", f"/payments/{PAYMENT_ID}")

    provider.meanwhile("create", overtake)
    shown = create(api)
    assert (shown["provider_reference"], shown["status"]) == (REFERENCE, "paid")
    assert list(provider.payments) == [REFERENCE]


def test_the_first_known_payment_stays_the_purchases(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A creation that was slow under an old key does not replace the payment that is known under the next one."""

    def overtake() -> None:
        provider.fail("create", ProviderFault("500"))
        assert api.ask("POST", "/payments", order()).status_code == 503
        assert create(api)["provider_reference"] == "pi_2"

    provider.meanwhile("create", overtake)
    assert create(api)["provider_reference"] == "pi_2"
    assert provider.keys == ["p1:create:1", "p1:create:1", "p1:create:2"]

"""Providers that are not like Stripe: whose a payment is, one that is paid at its creation, one that cannot refund."""

from dataclasses import replace

import pytest

from providers.port import AmountLimits, Capabilities, CaptureMode, PaymentStatus, ProviderUnknown
from providers.registry import Registry
from services.payments import create_app
from services.payments.rules import payment_id_of
from services.payments.settings import PaymentsSettings
from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.conftest import ApiIn
from tests.unit.services.payments.fake_provider import FakePaymentProvider, registry_of
from tests.unit.services.payments.requests import PAYMENT_ID, create, done, order, refusal

WALLET = Capabilities({"usd": AmountLimits(1, 5000)})


@pytest.fixture
def wallet() -> FakePaymentProvider:
    """It holds, or takes, a payment's money when the payment is created."""
    return FakePaymentProvider("hold_", capabilities=WALLET, paid_at_creation=True)


@pytest.fixture
def registry(provider: FakePaymentProvider, wallet: FakePaymentProvider) -> Registry:
    """Cards, and beside them wallets."""
    return registry_of({"card": "stripe", "wallet": "wallets"}, stripe=provider, wallets=wallet)


def test_a_payment_is_its_providers(
    manual: ServiceApi, provider: FakePaymentProvider, wallet: FakePaymentProvider
) -> None:
    """Every operation goes to the provider that the payment was created at, and the record says to which."""
    shown = create(manual, method="wallet")
    assert (shown["method"], shown["provider"], shown["provider_reference"]) == ("wallet", "wallets", "hold_1")
    create(manual, purchase_id="p2")
    for operation in ("capture", "refund"):
        done(manual.ask("POST", f"/payments/{PAYMENT_ID}/{operation}"))
    wallet.becomes("hold_1", PaymentStatus.PAID, failed_attempts=7)
    assert done(manual.ask("GET", f"/payments/{PAYMENT_ID}"))["failed_attempts"] == 7
    card = f"/payments/{payment_id_of('p2')}"
    assert done(manual.ask("GET", f"{card}/next-action"))["payment_intent"] == "pi_1"
    done(manual.ask("POST", f"{card}/cancel"))
    assert wallet.keys == ["p1:create:1", "p1:capture:1", "p1:refund:1"]
    assert provider.keys == ["p2:create:1", "p2:cancel:1"]


def test_a_methods_limits_are_its_providers(api: ServiceApi) -> None:
    """0.01 is too little for a card and enough for a wallet, which in turn takes no euros and not as much."""
    assert create(api, method="wallet", amount=1)["amount"] == 1
    for change in ({"amount": 5001}, {"currency": "eur"}):
        answer = api.ask("POST", "/payments", order(purchase_id="p2", method="wallet", **change))
        assert refusal(answer) == (422, "invalid-request")


def test_two_payments_never_have_one_reference(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A provider that answers with another purchase's payment is not believed; another provider's may be called so."""
    create(api)
    provider.asked_for.clear()
    assert refusal(api.ask("POST", "/payments", order(purchase_id="p2"))) == (500, "internal-error")
    found = done(api.ask("GET", "/payments?provider_reference=pi_1"))["items"]
    assert [each["purchase_id"] for each in found] == ["p1"]


@pytest.mark.parametrize("mode", CaptureMode)
def test_a_payment_may_be_paid_at_its_creation(api_in: ApiIn, mode: CaptureMode) -> None:
    """Held or taken, as we capture; the buyer has nothing more to do."""
    api = api_in(mode)
    shown = create(api, method="wallet")
    moved = (0, 1800) if mode is CaptureMode.AUTOMATIC else (1800, 0)
    assert (shown["status"], (shown["amount_authorised"], shown["amount_captured"])) == ("paid", moved)
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}/next-action")) == {"type": "none"}


def test_what_is_held_at_its_creation_a_cancel_releases(manual: ServiceApi, wallet: FakePaymentProvider) -> None:
    """One that came before the creation's answer too: no late creation holds it again."""
    wallet.fail("create", ProviderUnknown("timeout"), done=True)
    manual.ask("POST", "/payments", order(method="wallet"))
    assert done(manual.ask("POST", "/purchases/p1/cancel"))["amount_authorised"] == 0
    assert wallet.payments["hold_1"].status is PaymentStatus.CANCELED
    assert refusal(manual.ask("POST", "/payments", order(method="wallet"))) == (409, "payment-canceled")


@pytest.mark.parametrize("reached", [True, False])
def test_what_is_taken_at_its_creation_outlives_a_cancel(
    api: ServiceApi, wallet: FakePaymentProvider, reached: bool
) -> None:
    """A cancel during the creation is refused where it reaches the provider; either way the purchase can be opened."""

    def cancel() -> None:
        if not reached:
            wallet.fail("create", ProviderUnknown("locked"))
        told = (409, "payment-paid") if reached else (503, "dependency-unavailable")
        assert refusal(api.ask("POST", "/purchases/p1/cancel")) == told

    wallet.meanwhile("create", cancel)
    first = create(api, method="wallet")
    assert (first["status"], first["amount_captured"], first["canceled_by"]) == ("paid", 1800, None)
    assert create(api, method="wallet") == first
    assert refusal(api.ask("POST", "/purchases/p1/cancel")) == (409, "payment-paid")


def test_a_provider_that_can_only_take_at_once_does(manual: ServiceApi, wallet: FakePaymentProvider) -> None:
    """However we would rather capture."""
    wallet.capabilities = replace(WALLET, captures=frozenset({CaptureMode.AUTOMATIC}))
    assert create(manual, method="wallet")["amount_captured"] == 1800


def test_what_could_not_be_given_back_is_held_first(api: ServiceApi, wallet: FakePaymentProvider) -> None:
    """Though we capture at once: until its offset is sold it may have to go back."""
    wallet.capabilities = replace(WALLET, can_refund=False)
    shown = create(api, method="wallet")
    assert (shown["amount_authorised"], shown["amount_captured"]) == (1800, 0)


def test_a_provider_that_cannot_refund_is_not_asked_to(api: ServiceApi, wallet: FakePaymentProvider) -> None:
    """Refused until a look shows that a human has given the money back there; then it is done, in nobody's name."""
    wallet.capabilities = replace(WALLET, captures=frozenset({CaptureMode.AUTOMATIC}), can_refund=False)
    create(api, method="wallet")
    refund = f"/payments/{PAYMENT_ID}/refund"
    for given_back in (0, 1799):
        wallet.becomes("hold_1", PaymentStatus.PAID, amount_refunded=given_back)
        refused = api.ask("POST", refund)
        assert refusal(refused) == (409, "payment-not-refundable")
        assert refused.get_json()["detail"] == "wallets takes no refund from us: give the money back there."
    wallet.becomes("hold_1", PaymentStatus.PAID, amount_refunded=1800)
    shown = done(api.ask("POST", refund))
    assert (shown["amount_refunded"], shown["refunded_by"]) == (1800, None)
    assert wallet.keys == ["p1:create:1"]


def test_a_provider_that_is_gone_leaves_its_payments_to_a_human(
    database_url: str, api: ServiceApi, provider: FakePaymentProvider
) -> None:
    """Its line in the registry was taken away too early: nothing is known of the money, and nothing is refused."""
    create(api, method="wallet")
    settings = PaymentsSettings(_env_file=None, payments_database_url=database_url)
    later = ServiceApi(create_app(settings, registry_of({"card": "stripe"}, stripe=provider)))
    asked = [("GET", ""), ("GET", "/next-action"), ("POST", "/cancel"), ("POST", "/refund")]
    for method, path in asked:
        answer = later.ask(method, f"/payments/{PAYMENT_ID}{path}")
        assert refusal(answer) == (502, "provider-misconfigured"), path
    assert done(later.ask("GET", "/payments"))["items"][0]["provider"] == "wallets"

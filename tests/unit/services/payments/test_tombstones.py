"""A cancel that comes before its payment is known: it refuses, or cancels, what is created after it."""

import pytest

from providers.port import PaymentStatus, ProviderFault, ProviderRefused, ProviderUnknown
from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.fake_provider import FakePaymentProvider
from tests.unit.services.payments.requests import PAYMENT_ID, REFERENCE, create, done, order, refusal


def test_an_unknown_purchase_gets_a_tombstone(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Canceled before anything is known of it: the tombstone names the caller and refuses a late creation."""
    tombstone = done(api.ask("POST", "/purchases/p1/cancel", key="purchase/p1/undo"))
    assert (tombstone["payment_id"], tombstone["provider_reference"]) == (PAYMENT_ID, None)
    assert (tombstone["status"], tombstone["canceled_by"]) == ("canceled", "purchase/p1/undo")
    assert (tombstone["method"], tombstone["buyer_id"], tombstone["items"]) == (None, None, [])
    assert done(api.ask("POST", "/purchases/p1/cancel", key="another")) == tombstone
    assert refusal(api.ask("POST", "/payments", order())) == (409, "payment-canceled")
    assert provider.keys == []


@pytest.mark.parametrize("path", ["/purchases/p1/cancel", f"/payments/{PAYMENT_ID}/cancel"])
@pytest.mark.parametrize("created", [True, False])
def test_an_unknown_creation_is_found_out_and_canceled(
    api: ServiceApi, provider: FakePaymentProvider, created: bool, path: str
) -> None:
    """The creation is repeated under its key, which finds or makes the payment, and then that is canceled."""
    provider.fail("create", ProviderUnknown("timeout"), done=created)
    api.ask("POST", "/payments", order())
    shown = done(api.ask("POST", path, key="undo"))
    assert (shown["provider_reference"], shown["status"], shown["canceled_by"]) == (REFERENCE, "canceled", "undo")
    assert len(provider.asked_for) == 1
    assert refusal(api.ask("POST", "/payments", order())) == (409, "payment-canceled")


def test_a_purchase_whose_payment_is_refused_can_be_canceled(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """The provider will not create the payment at all: canceling the purchase is done without one."""
    for _ in range(2):
        provider.fail("create", ProviderRefused("amount"))
    api.ask("POST", "/payments", order())
    shown = done(api.ask("POST", "/purchases/p1/cancel"))
    assert (shown["provider_reference"], shown["status"]) == (None, "canceled")
    assert refusal(api.ask("POST", "/payments", order())) == (409, "payment-canceled")


def cancel_meanwhile(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """During the next creation the purchase is canceled, which leaves its tombstone but does not reach the provider."""

    def cancel() -> None:
        provider.fail("create", ProviderUnknown("locked"))
        assert api.ask("POST", "/purchases/p1/cancel", key="p/undo").status_code == 503

    provider.meanwhile("create", cancel)


def test_a_cancel_during_the_creation_wins(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A purchase canceled while its payment is created ends canceled at the provider, in the name of who asked."""

    def cancel() -> None:
        done(api.ask("POST", "/purchases/p1/cancel", key="p/undo"))

    provider.meanwhile("create", cancel)
    assert refusal(api.ask("POST", "/payments", order())) == (409, "payment-canceled")
    assert provider.payments[REFERENCE].status is PaymentStatus.CANCELED
    shown = done(api.ask("GET", f"/payments/{PAYMENT_ID}"))
    assert (shown["status"], shown["canceled_by"]) == ("canceled", "p/undo")
    assert refusal(api.ask("POST", "/payments", order())) == (409, "payment-canceled")


def test_a_tombstone_set_during_the_creation_cancels_the_new_payment(
    api: ServiceApi, provider: FakePaymentProvider
) -> None:
    """Where the cancel itself could not reach the provider, the creation that comes back cancels what it made."""
    cancel_meanwhile(api, provider)
    assert refusal(api.ask("POST", "/payments", order())) == (409, "payment-canceled")
    assert provider.payments[REFERENCE].status is PaymentStatus.CANCELED
    assert done(api.ask("POST", "/purchases/p1/cancel"))["canceled_by"] == "p/undo"


def test_what_is_created_under_a_tombstone_is_canceled_by_the_repeat(
    api: ServiceApi, provider: FakePaymentProvider
) -> None:
    """A creation that found the tombstone but not the provider is 503: nobody is to pay it; its repeat cancels it."""
    cancel_meanwhile(api, provider)
    provider.fail("cancel", ProviderUnknown("timeout"), done=False)
    assert refusal(api.ask("POST", "/payments", order())) == (503, "dependency-unavailable")
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}/next-action")) == {"type": "none"}
    assert refusal(api.ask("POST", "/payments", order())) == (409, "payment-canceled")
    assert provider.payments[REFERENCE].status is PaymentStatus.CANCELED


def test_a_payment_of_unknown_creation_can_only_be_looked_at_and_canceled(
    api: ServiceApi, provider: FakePaymentProvider
) -> None:
    """By our record alone: no money can be taken or given back, and there is nothing to do for the buyer yet."""
    provider.fail("create", ProviderUnknown("timeout"), done=True)
    api.ask("POST", "/payments", order())
    path = f"/payments/{PAYMENT_ID}"
    provider.fail("retrieve", AssertionError("the provider is asked"))
    shown = done(api.ask("GET", path))
    assert (shown["payment_id"], shown["provider_reference"], shown["status"]) == (PAYMENT_ID, None, "creating")
    assert done(api.ask("GET", f"{path}/next-action")) == {"type": "none"}
    assert refusal(api.ask("POST", f"{path}/capture")) == (409, "payment-not-capturable")
    assert refusal(api.ask("POST", f"{path}/refund")) == (409, "payment-not-refundable")
    provider.fail("create", ProviderUnknown("still away"))
    assert refusal(api.ask("POST", f"{path}/cancel")) == (503, "dependency-unavailable")
    assert refusal(api.ask("POST", "/payments", order())) == (409, "payment-canceled")
    assert provider.payments[REFERENCE].status is PaymentStatus.CANCELED


def test_what_was_created_after_all_is_canceled(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A slow creation that comes back to a canceled purchase, whose other creations failed, leaves nothing payable."""

    def give_up() -> None:
        provider.fail("create", ProviderFault("500"))
        assert api.ask("POST", "/payments", order()).status_code == 503
        provider.fail("create", ProviderRefused("currency"))
        assert done(api.ask("POST", "/purchases/p1/cancel"))["provider_reference"] is None

    provider.meanwhile("create", give_up)
    assert refusal(api.ask("POST", "/payments", order())) == (409, "payment-canceled")
    assert provider.payments[REFERENCE].status is PaymentStatus.CANCELED


def test_a_refused_cancel_leaves_no_tombstone(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Money moved when it came, so the purchase is opened after all: once the bank has refused, it can be paid."""

    def cancel() -> None:
        provider.becomes(REFERENCE, PaymentStatus.PROCESSING)
        assert refusal(api.ask("POST", "/purchases/p1/cancel")) == (409, "payment-processing")

    provider.meanwhile("create", cancel)
    assert create(api)["status"] == "processing"
    provider.becomes(REFERENCE, PaymentStatus.PAYABLE)
    done(api.ask("GET", f"/payments/{PAYMENT_ID}"))
    assert create(api)["status"] == "payable"
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}/next-action"))["type"] == "stripe"

"""Looking, capturing and refunding."""

import pytest

from providers.port import PaymentStatus, ProviderFault, ProviderRefused, ProviderUnknown
from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.fake_provider import FakePaymentProvider
from tests.unit.services.payments.requests import PAYMENT_ID, REFERENCE, create, done, refusal


def test_a_look_asks_the_provider(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """GET shows the provider's state and keeps it in the record."""
    create(api)
    provider.becomes(REFERENCE, PaymentStatus.PROCESSING, failed_attempts=2)
    shown = done(api.ask("GET", f"/payments/{PAYMENT_ID}"))
    assert (shown["status"], shown["failed_attempts"]) == ("processing", 2)
    assert api.ask("GET", "/payments").get_json()["items"] == [shown]


def test_an_unreachable_provider_makes_a_look_unavailable(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A look never answers from the record: without the provider it is 503."""
    create(api)
    provider.fail("retrieve", ProviderUnknown("refused"))
    assert refusal(api.ask("GET", f"/payments/{PAYMENT_ID}")) == (503, "dependency-unavailable")


def test_a_provider_that_has_lost_our_payment_is_our_fault(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """A payment of our record that the provider does not know means another account: 502."""
    create(api)
    del provider.payments[REFERENCE]
    assert refusal(api.ask("GET", f"/payments/{PAYMENT_ID}")) == (502, "provider-misconfigured")


@pytest.mark.parametrize("status", [PaymentStatus.CANCELED, PaymentStatus.PAID])
def test_a_late_look_does_not_undo_a_newer_one(
    api: ServiceApi, provider: FakePaymentProvider, status: PaymentStatus
) -> None:
    """A read that was overtaken by a final state changes nothing and answers the newer state."""
    create(api)

    def overtake() -> None:
        provider.becomes(REFERENCE, status, amount_captured=1800 if status is PaymentStatus.PAID else 0)
        done(api.ask("GET", f"/payments/{PAYMENT_ID}"))

    provider.meanwhile("retrieve", overtake)
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["status"] == status.value
    assert api.ask("GET", "/payments").get_json()["items"][0]["status"] == status.value


def test_the_next_action_comes_from_the_provider_and_is_not_kept(
    api: ServiceApi, provider: FakePaymentProvider
) -> None:
    """Its secret is shown to be used at once: no cache may store it, and no other answer holds it."""
    create(api)
    answer = api.ask("GET", f"/payments/{PAYMENT_ID}/next-action")
    assert answer.get_json() == {
        "type": "stripe",
        "client_secret": f"{REFERENCE}_secret",
        "payment_intent": REFERENCE,
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert "secret" not in api.ask("GET", f"/payments/{PAYMENT_ID}").text


@pytest.mark.parametrize("path", ["/payments/pi_9", "/payments/pi_9/next-action"])
def test_an_unknown_payment_is_not_found(api: ServiceApi, path: str) -> None:
    """A payment without a row is 404."""
    assert refusal(api.ask("GET", path)) == (404, "not-found")


def test_an_authorised_payment_is_captured_once(manual: ServiceApi, provider: FakePaymentProvider) -> None:
    """Capture charges the whole amount; asked again it is done without asking the provider."""
    create(manual)
    provider.pay(REFERENCE)
    assert done(manual.ask("POST", f"/payments/{PAYMENT_ID}/capture"))["amount_captured"] == 1800
    assert done(manual.ask("POST", f"/payments/{PAYMENT_ID}/capture"))["amount_captured"] == 1800
    assert provider.keys == ["p1:create:1", "p1:capture:1"]


def test_a_capture_is_judged_by_state(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """The provider refuses because it is captured already: done."""
    create(api)
    provider.pay(REFERENCE)
    assert done(api.ask("POST", f"/payments/{PAYMENT_ID}/capture"))["status"] == "paid"


@pytest.mark.parametrize("status", [PaymentStatus.PAYABLE, PaymentStatus.PROCESSING, PaymentStatus.CANCELED])
def test_what_is_not_authorised_is_not_captured(
    manual: ServiceApi, provider: FakePaymentProvider, status: PaymentStatus
) -> None:
    """There is nothing to capture: refused, and the refusal is not kept."""
    create(manual)
    provider.becomes(REFERENCE, status)
    assert refusal(manual.ask("POST", f"/payments/{PAYMENT_ID}/capture")) == (409, "payment-not-capturable")
    assert done(manual.ask("GET", f"/payments/{PAYMENT_ID}"))["status"] == status.value


def test_a_capture_that_the_provider_refuses_is_refused(manual: ServiceApi, provider: FakePaymentProvider) -> None:
    """The authorisation is there and its capture refused: a refusal; the next try takes a new key."""
    create(manual)
    provider.pay(REFERENCE)
    provider.fail("capture", ProviderRefused("expired"))
    assert refusal(manual.ask("POST", f"/payments/{PAYMENT_ID}/capture")) == (409, "payment-not-capturable")
    assert done(manual.ask("POST", f"/payments/{PAYMENT_ID}/capture"))["amount_captured"] == 1800
    assert provider.keys[1:] == ["p1:capture:1", "p1:capture:2"]


def test_another_amount_is_no_capture(manual: ServiceApi, provider: FakePaymentProvider) -> None:
    """1.00 of 18.00 was captured by hand: that is no capture, and the refund gives the 1.00 back."""
    create(manual)
    provider.pay(REFERENCE)
    provider.becomes(REFERENCE, PaymentStatus.PAID, amount_captured=100, amount_authorised=0, capture_before=None)
    assert refusal(manual.ask("POST", f"/payments/{PAYMENT_ID}/capture")) == (409, "payment-not-capturable")
    shown = done(manual.ask("GET", f"/payments/{PAYMENT_ID}"))
    assert (shown["amount_captured"], shown["amount_authorised"], shown["amount_refunded"]) == (100, 0, 0)
    assert refusal(manual.ask("POST", f"/payments/{PAYMENT_ID}/cancel")) == (409, "payment-paid")
    assert done(manual.ask("POST", f"/payments/{PAYMENT_ID}/refund"))["amount_refunded"] == 100


def test_what_a_bank_has_withdrawn_needs_no_refund(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """The provider refuses to give it back twice: there is nothing left to refund, so it is done, in nobody's name."""
    create(api)
    provider.pay(REFERENCE)
    provider.dispute(REFERENCE)
    shown = done(api.ask("POST", f"/payments/{PAYMENT_ID}/refund"))
    assert (shown["amount_disputed"], shown["amount_refunded"], shown["refunded_by"]) == (1800, 0, None)


def test_it_shows_since_when_money_is_back(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """By the provider's clock, so that it can be compared with the delivery's time."""
    create(api)
    provider.pay(REFERENCE)
    provider.becomes(REFERENCE, PaymentStatus.PAID, amount_refunded=500, refunded_since=1_800_000_000)
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["refunded_since"] == "2027-01-15T08:00:00Z"


@pytest.mark.parametrize("operation", ["capture", "refund"])
@pytest.mark.parametrize("took_effect", [True, False])
def test_a_fault_is_judged_by_retrieving(
    manual: ServiceApi, provider: FakePaymentProvider, operation: str, took_effect: bool
) -> None:
    """After the provider broke, the payment's state decides between done and 503 with a new key for the repeat."""
    create(manual)
    provider.pay(REFERENCE)
    if operation == "refund":
        manual.ask("POST", f"/payments/{PAYMENT_ID}/capture")
    provider.fail(operation, ProviderFault("500"), done=took_effect)
    answer = manual.ask("POST", f"/payments/{PAYMENT_ID}/{operation}")
    assert answer.status_code == (200 if took_effect else 503)
    done(manual.ask("POST", f"/payments/{PAYMENT_ID}/{operation}"))
    numbers = [key for key in provider.keys if operation in key]
    assert numbers == [f"p1:{operation}:1"] + ([] if took_effect else [f"p1:{operation}:2"])


@pytest.mark.parametrize("operation", ["capture", "refund"])
def test_an_unknown_answer_keeps_the_key(manual: ServiceApi, provider: FakePaymentProvider, operation: str) -> None:
    """Nobody knows whether it took effect: 503, and the repeat asks under the same key."""
    create(manual)
    provider.pay(REFERENCE)
    if operation == "refund":
        manual.ask("POST", f"/payments/{PAYMENT_ID}/capture")
    provider.fail(operation, ProviderUnknown("timeout"), done=True)
    assert refusal(manual.ask("POST", f"/payments/{PAYMENT_ID}/{operation}")) == (503, "dependency-unavailable")
    done(manual.ask("POST", f"/payments/{PAYMENT_ID}/{operation}"))
    assert [key for key in provider.keys if operation in key] == [f"p1:{operation}:1"] * 2


def test_a_captured_payment_is_refunded_once(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Refund gives all back; asked again it is done."""
    create(api)
    provider.pay(REFERENCE)
    first = done(api.ask("POST", f"/payments/{PAYMENT_ID}/refund"))
    assert (first["status"], first["amount_captured"], first["amount_refunded"]) == ("paid", 1800, 1800)
    assert done(api.ask("POST", f"/payments/{PAYMENT_ID}/refund")) == first
    assert provider.keys[1:] == ["p1:refund:1"]


def test_a_refund_by_a_hand_is_done_in_nobodys_name(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """The provider refuses because it is refunded already: done, and the caller cannot claim it."""
    create(api)
    provider.pay(REFERENCE)
    provider.becomes(REFERENCE, PaymentStatus.PAID, amount_refunded=1800)
    shown = done(api.ask("POST", f"/payments/{PAYMENT_ID}/refund"))
    assert (shown["amount_refunded"], shown["refunded_by"]) == (1800, None)


def test_a_refund_is_in_the_name_of_the_first_who_asked(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """An answer that is lost loses no name, and whoever asks later for what is done does not take it over."""
    create(api)
    provider.pay(REFERENCE)
    provider.fail("refund", ProviderUnknown("timeout"), done=True)
    assert api.ask("POST", f"/payments/{PAYMENT_ID}/refund", key="first").status_code == 503
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["refunded_by"] == "first"
    assert done(api.ask("POST", f"/payments/{PAYMENT_ID}/refund", key="second"))["refunded_by"] == "first"
    assert provider.refunded_in_the_name_of == ["p1"]


def test_a_refund_that_was_refused_leaves_no_name(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Who was refused a refund did not bring about the one that an operator makes afterwards."""
    create(api)
    provider.pay(REFERENCE)
    provider.fail("refund", ProviderRefused("balance"))
    assert refusal(api.ask("POST", f"/payments/{PAYMENT_ID}/refund")) == (409, "payment-not-refundable")
    provider.becomes(REFERENCE, PaymentStatus.PAID, amount_refunded=1800)
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["refunded_by"] is None


def test_a_refund_that_came_back_names_nobody(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Once the bank has failed it nothing is refunded, by anybody."""
    create(api)
    provider.pay(REFERENCE)
    done(api.ask("POST", f"/payments/{PAYMENT_ID}/refund"))
    provider.becomes(REFERENCE, PaymentStatus.PAID, amount_refunded=0)
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["refunded_by"] is None


def test_a_dispute_shows_once_the_provider_was_asked(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """The look learns of the dispute, and the list shows it from then on."""
    create(api)
    provider.pay(REFERENCE)
    provider.dispute(REFERENCE)
    assert not api.ask("GET", "/payments").get_json()["items"][0]["disputed"]
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["disputed"]
    assert api.ask("GET", "/payments").get_json()["items"][0]["disputed"]


@pytest.mark.parametrize("status", [PaymentStatus.PAYABLE, PaymentStatus.PAID, PaymentStatus.CANCELED])
def test_what_is_not_captured_is_not_refunded(
    manual: ServiceApi, provider: FakePaymentProvider, status: PaymentStatus
) -> None:
    """Nothing was captured, also where the funds are only held: refused."""
    create(manual)
    provider.becomes(REFERENCE, status)
    assert refusal(manual.ask("POST", f"/payments/{PAYMENT_ID}/refund")) == (409, "payment-not-refundable")


def test_a_refund_that_the_bank_fails_can_be_made_again(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """The money came back to us: the replayed answer is not believed, and the next key refunds anew."""
    create(api)
    provider.pay(REFERENCE)
    done(api.ask("POST", f"/payments/{PAYMENT_ID}/refund"))
    provider.becomes(REFERENCE, PaymentStatus.PAID, amount_refunded=0)
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["amount_refunded"] == 0
    assert refusal(api.ask("POST", f"/payments/{PAYMENT_ID}/refund")) == (503, "dependency-unavailable")
    assert done(api.ask("POST", f"/payments/{PAYMENT_ID}/refund"))["amount_refunded"] == 1800

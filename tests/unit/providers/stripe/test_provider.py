"""How Stripe's objects and errors become the port's, with an HTTP client in memory under the real SDK."""

from collections.abc import Callable

import pytest

from providers.port import (
    CaptureMode,
    NewPayment,
    NextAction,
    PaymentIds,
    PaymentStatus,
    ProviderFault,
    ProviderMisconfigured,
    ProviderRefused,
    ProviderUnknown,
    Snapshot,
)
from providers.stripe.provider import StripeProvider
from tests.unit.providers.stripe.http import IDS, TIMEOUT, FakeHttp, Json, charge, charges, intent, provider, refused


@pytest.mark.parametrize(("capture", "method"), [(CaptureMode.AUTOMATIC, "automatic"), (CaptureMode.MANUAL, "manual")])
def test_a_payment_is_created_for_cards_with_our_ids_as_metadata(capture: CaptureMode, method: str) -> None:
    """Stripe is told amount, currency, capture, cards only and our ids, under our key; nothing of the buyer."""
    ours, http = provider((200, intent("requires_payment_method")))
    seen = ours.create(NewPayment(IDS, 1800, "usd", capture), "p1:create:1")
    assert seen == Snapshot("pi_1", PaymentStatus.PAYABLE, 0, 0, 0)
    ((verb, url, sent, headers),) = http.asked
    assert (verb, url) == ("post", "http://stripe.test/v1/payment_intents")
    assert sent == {
        "amount": ["1800"],
        "currency": ["usd"],
        "capture_method": [method],
        "allowed_payment_method_types[0]": ["card"],
        "metadata[payment_id]": ["a-payment"],
        "metadata[purchase_id]": ["p1"],
        "expand[0]": ["latest_charge"],
    }
    assert headers["Idempotency-Key"] == "p1:create:1"


def test_stripe_keeps_the_trace_with_the_payment() -> None:
    """As metadata beside the purchase, so that each of its events brings it back."""
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    ours, http = provider((200, intent("requires_payment_method")))
    ours.create(NewPayment(PaymentIds("a-payment", "p1"), 1800, "usd", CaptureMode.AUTOMATIC, trace), "p1:create:1")
    sent = http.asked[0][2]
    assert (sent["metadata[purchase_id]"], sent["metadata[traceparent]"]) == (["p1"], [trace])


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("requires_payment_method", PaymentStatus.PAYABLE),
        ("requires_confirmation", PaymentStatus.PAYABLE),
        ("requires_action", PaymentStatus.PAYABLE),
        ("processing", PaymentStatus.PROCESSING),
        ("requires_capture", PaymentStatus.PAID),
        ("succeeded", PaymentStatus.PAID),
        ("canceled", PaymentStatus.CANCELED),
    ],
)
def test_stripes_statuses_become_ours(status: str, shown: PaymentStatus) -> None:
    """Each status of a PaymentIntent has its place among ours."""
    ours, _ = provider((200, intent(status)))
    assert ours.retrieve("pi_1").status is shown


def test_failed_attempts_are_failed_charges() -> None:
    """Two declined cards are two failed attempts, whatever else is among the charges."""
    declined = intent("requires_payment_method", latest_charge=charge("failed"))
    ours, _ = provider((200, declined), charges("failed", "pending", "failed"))
    assert ours.retrieve("pi_1") == Snapshot("pi_1", PaymentStatus.PAYABLE, 0, 0, 2)


def test_what_is_paid_costs_one_call() -> None:
    """No attempt follows, so none is counted."""
    ours, _ = provider((200, intent("succeeded", amount_received=1800, latest_charge=charge("succeeded"))))
    assert ours.retrieve("pi_1") == Snapshot("pi_1", PaymentStatus.PAID, 1800, 0, 0)


def test_an_attempt_without_a_charge_counts_once_it_is_reported() -> None:
    """A failure at the bank's page makes no charge; the reported error is one attempt."""
    ours, _ = provider((200, intent("requires_payment_method", last_payment_error={"code": "authentication"})))
    assert ours.retrieve("pi_1").failed_attempts == 1


@pytest.mark.parametrize(("ahead_s", "told"), [(0, 0.0), (90, 90.0), (-600, -600.0)])
def test_the_providers_answers_tell_how_far_our_clock_is_off(ahead_s: int, told: float) -> None:
    """Ahead or behind: each answer about a payment bears Stripe's time."""
    http = FakeHttp((200, intent("requires_payment_method")), date="Sat, 21 Nov 2026 18:00:00 GMT")
    ours = StripeProvider("sk_test_1", "http://stripe.test", http, now=lambda: 1_795_284_000.0 + ahead_s)
    assert ours.clock_ahead_s is None
    ours.retrieve("pi_1")
    assert ours.clock_ahead_s == told


@pytest.mark.parametrize("operation", ["cancel", "capture"])
def test_writes_carry_our_key(operation: str) -> None:
    """Cancel and capture act on the whole payment under our key."""
    ours, http = provider((200, intent("canceled")))
    getattr(ours, operation)("pi_1", "p1:write:1")
    _, url, _, headers = http.asked[0]
    assert url == f"http://stripe.test/v1/payment_intents/pi_1/{operation}"
    assert headers["Idempotency-Key"] == "p1:write:1"


@pytest.mark.parametrize("status", ["requires_action", "processing", "succeeded"])
def test_the_browser_confirms_and_follows_a_payment_by_its_secret(status: str) -> None:
    """The same answer wherever the payment stands."""
    ours, _ = provider((200, intent(status)))
    assert ours.next_action("pi_1") == NextAction("stripe", client_secret="pi_1_secret_x", payment_intent="pi_1")


def test_a_key_that_may_not_read_secrets_is_misconfigured() -> None:
    """A PaymentIntent without its secret was read with a key of too few rights."""
    ours, _ = provider((200, intent("requires_payment_method", client_secret=None)))
    with pytest.raises(ProviderMisconfigured):
        ours.next_action("pi_1")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, refused(code="payment_intent_unexpected_state")), ProviderRefused),
        ((400, refused(kind="idempotency_error")), ProviderRefused),
        ((402, refused(kind="card_error", code="card_declined")), ProviderRefused),
        ((400, refused(code="resource_missing")), ProviderMisconfigured),
        ((401, refused()), ProviderMisconfigured),
        ((403, refused()), ProviderMisconfigured),
        ((404, refused(code="resource_missing")), ProviderMisconfigured),
        ((400, refused(code="rate_limit")), ProviderUnknown),
        ((409, refused(code="idempotency_key_in_use")), ProviderUnknown),
        ((429, refused(code="lock_timeout")), ProviderUnknown),
        ((500, refused(kind="api_error")), ProviderFault),
        ((503, refused(kind="api_error")), ProviderFault),
        (TIMEOUT, ProviderUnknown),
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        lambda ours: ours.retrieve("pi_1"),
        lambda ours: ours.cancel("pi_1", "k"),
        lambda ours: ours.refund("pi_1", IDS, "k"),
    ],
)
def test_stripes_errors_become_the_ports(
    answer: tuple[int, Json] | Exception, error: type[Exception], call: Callable[[StripeProvider], object]
) -> None:
    """Refused, broken, unknown and misconfigured are told apart, for reads and writes alike."""
    ours, _ = provider(answer)
    with pytest.raises(Exception) as raised:  # noqa: PT011  # the exact type is compared below
        call(ours)
    assert type(raised.value) is error

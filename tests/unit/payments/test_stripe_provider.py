"""How Stripe's objects and errors become the port's, with an HTTP client in memory under the real SDK."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest
import stripe

from services.payments.provider import (
    CaptureMode,
    NewPayment,
    PaymentStatus,
    ProviderFault,
    ProviderMisconfigured,
    ProviderRefused,
    ProviderUnknown,
    Snapshot,
)
from services.payments.stripe_provider import StripeProvider

Json = dict[str, Any]
TIMEOUT = stripe.APIConnectionError("timeout", should_retry=False)  # type: ignore[no-untyped-call]  # the SDK's gap


class FakeHttp(stripe.HTTPClient):
    """Answers each request with the next of the prepared answers and keeps what was asked."""

    name = "fake"

    def __init__(self, *answers: tuple[int, Json] | Exception) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[tuple[str, str, dict[str, list[str]], Mapping[str, str]]] = []

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        """The next answer."""
        self.asked.append((method, url, parse_qs(post_data or ""), headers or {}))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        # A real Stripe asks for retries by this header; here each answer is the last.
        return json.dumps(answer[1]), answer[0], {"stripe-should-retry": "false"}


def intent(status: str, **more: Any) -> Json:
    """A PaymentIntent as far as it is read."""
    fields = {"id": "pi_1", "object": "payment_intent", "status": status, "amount_received": 0, "latest_charge": None}
    return fields | {"last_payment_error": None, "client_secret": "pi_1_secret_x"} | more


def charge(status: str, **more: Any) -> Json:
    """A charge as far as it is read."""
    return {"id": "ch_1", "object": "charge", "status": status, "amount_refunded": 0, "disputed": False} | more


def charges(*statuses: str) -> tuple[int, Json]:
    """The answer that lists an intent's charges."""
    return 200, {"object": "list", "has_more": False, "data": [charge(status) for status in statuses]}


def provider(*answers: tuple[int, Json] | Exception) -> tuple[StripeProvider, FakeHttp]:
    """The provider on these answers."""
    http = FakeHttp(*answers)
    return StripeProvider("sk_test_1", "http://stripe.test", http), http


@pytest.mark.parametrize(("capture", "method"), [(CaptureMode.AUTOMATIC, "automatic"), (CaptureMode.MANUAL, "manual")])
def test_a_payment_is_created_for_cards_with_the_purchase_as_metadata(capture: CaptureMode, method: str) -> None:
    """Stripe is told amount, currency, capture, cards only and the purchase, under our key; nothing of the buyer."""
    ours, http = provider((200, intent("requires_payment_method")))
    seen = ours.create(NewPayment("p1", 1800, "usd", capture), "p1:create:1")
    assert seen == Snapshot("pi_1", PaymentStatus.PAYABLE, 0, 0, 0)
    ((verb, url, sent, headers),) = http.asked
    assert (verb, url) == ("post", "http://stripe.test/v1/payment_intents")
    assert sent == {
        "amount": ["1800"],
        "currency": ["usd"],
        "capture_method": [method],
        "allowed_payment_method_types[0]": ["card"],
        "metadata[purchase_id]": ["p1"],
        "expand[0]": ["latest_charge"],
    }
    assert headers["Idempotency-Key"] == "p1:create:1"


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
    """Two declined cards before the one that was charged are two failed attempts."""
    paid = intent("succeeded", amount_received=1800, latest_charge=charge("succeeded", amount_refunded=300))
    ours, _ = provider((200, paid), charges("succeeded", "failed", "failed"))
    assert ours.retrieve("pi_1") == Snapshot("pi_1", PaymentStatus.PAID, 1800, 300, 2)


def test_an_attempt_without_a_charge_counts_once_it_is_reported() -> None:
    """A failure at the bank's page makes no charge; the reported error is one attempt."""
    ours, _ = provider((200, intent("requires_payment_method", last_payment_error={"code": "authentication"})))
    assert ours.retrieve("pi_1").failed_attempts == 1


def test_a_released_authorisation_is_no_refund() -> None:
    """Stripe shows the released charge as refunded; nothing was taken, so nothing came back."""
    released = intent("canceled", latest_charge=charge("succeeded", amount_refunded=1800))
    ours, _ = provider((200, released), charges("succeeded"))
    assert ours.retrieve("pi_1").amount_refunded == 0


def test_a_refund_answers_what_the_payment_looks_like_then() -> None:
    """The whole rest is refunded under our key, and the payment is read again."""
    refunded = intent("succeeded", amount_received=1800, latest_charge=charge("succeeded", amount_refunded=1800))
    ours, http = provider((200, {"id": "re_1", "object": "refund"}), (200, refunded), charges("succeeded"))
    assert ours.refund("pi_1", "p1", "p1:refund:1").amount_refunded == 1800
    _, _, sent, headers = http.asked[0]
    assert sent == {"payment_intent": ["pi_1"], "metadata[purchase_id]": ["p1"]}
    assert headers["Idempotency-Key"] == "p1:refund:1"


def test_a_disputed_charge_shows_on_its_payment() -> None:
    """A payment is disputed when the bank disputes its charge."""
    disputed = intent("succeeded", amount_received=1800, latest_charge=charge("succeeded", disputed=True))
    ours, _ = provider((200, disputed), charges("succeeded"))
    assert ours.retrieve("pi_1") == Snapshot("pi_1", PaymentStatus.PAID, 1800, 0, 0, disputed=True)


@pytest.mark.parametrize("operation", ["cancel", "capture"])
def test_writes_carry_our_key(operation: str) -> None:
    """Cancel and capture act on the whole payment under our key."""
    ours, http = provider((200, intent("canceled")))
    getattr(ours, operation)("pi_1", "p1:write:1")
    _, url, _, headers = http.asked[0]
    assert url == f"http://stripe.test/v1/payment_intents/pi_1/{operation}"
    assert headers["Idempotency-Key"] == "p1:write:1"


def test_the_client_secret_is_read() -> None:
    """The secret comes from the PaymentIntent."""
    ours, _ = provider((200, intent("requires_payment_method")))
    assert ours.client_secret("pi_1") == "pi_1_secret_x"


def test_a_key_that_may_not_read_secrets_is_misconfigured() -> None:
    """A PaymentIntent without its secret was read with a key of too few rights."""
    ours, _ = provider((200, intent("requires_payment_method", client_secret=None)))
    with pytest.raises(ProviderMisconfigured):
        ours.client_secret("pi_1")


def refused(kind: str = "invalid_request_error", code: str | None = None) -> Json:
    """An error's body."""
    return {"error": {"type": kind, "code": code, "message": "no"}}


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
        lambda ours: ours.refund("pi_1", "p1", "k"),
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

"""How Stripe's objects and errors become the port's, with an HTTP client in memory under the real SDK."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest
import stripe

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

Json = dict[str, Any]
IDS = PaymentIds("a-payment", "p1")
TIMEOUT = stripe.APIConnectionError("timeout", should_retry=False)  # type: ignore[no-untyped-call]  # the SDK's gap


class FakeHttp(stripe.HTTPClient):
    """Answers each request with the next of the prepared answers and keeps what was asked."""

    name = "fake"

    def __init__(self, *answers: tuple[int, Json] | Exception, date: str | None = None) -> None:
        super().__init__()
        # A real Stripe asks for retries by this header; here each answer is the last.
        self.headers = {"stripe-should-retry": "false"} | ({"Date": date} if date else {})
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
        return json.dumps(answer[1]), answer[0], self.headers


def intent(status: str, **more: Any) -> Json:
    """A PaymentIntent as far as it is read."""
    fields = {"id": "pi_1", "object": "payment_intent", "status": status, "amount_received": 0, "latest_charge": None}
    fields |= {"amount_capturable": 0}
    return fields | {"last_payment_error": None, "client_secret": "pi_1_secret_x"} | more


def charge(status: str, **more: Any) -> Json:
    """A charge as far as it is read."""
    return {"id": "ch_1", "object": "charge", "status": status, "amount_refunded": 0, "disputed": False} | more


def charges(*statuses: str) -> tuple[int, Json]:
    """The answer that lists an intent's charges."""
    return listed(*map(charge, statuses))


def listed(*objects: Json) -> tuple[int, Json]:
    """The answer that lists objects."""
    return 200, {"object": "list", "has_more": False, "data": list(objects)}


def refund(status: str, amount: int = 1800, created: int = 1_800_000_000, **metadata: str) -> Json:
    """A refund as far as it is read."""
    known = {"id": "re_1", "object": "refund", "status": status, "metadata": metadata}
    return known | {"amount": amount, "created": created}


def provider(*answers: tuple[int, Json] | Exception) -> tuple[StripeProvider, FakeHttp]:
    """The provider on these answers."""
    http = FakeHttp(*answers)
    return StripeProvider("sk_test_1", "http://stripe.test", http), http


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
    """Two declined cards before the one that was charged are two failed attempts."""
    paid = intent("succeeded", amount_received=1800, latest_charge=charge("succeeded"))
    ours, _ = provider((200, paid), charges("succeeded", "failed", "failed"))
    assert ours.retrieve("pi_1") == Snapshot("pi_1", PaymentStatus.PAID, 1800, 0, 2)


def test_an_attempt_without_a_charge_counts_once_it_is_reported() -> None:
    """A failure at the bank's page makes no charge; the reported error is one attempt."""
    ours, _ = provider((200, intent("requires_payment_method", last_payment_error={"code": "authentication"})))
    assert ours.retrieve("pi_1").failed_attempts == 1


def test_a_released_authorisation_is_no_refund() -> None:
    """An old account's charge shows what was released as refunded; nothing was taken, so nothing came back."""
    released = intent("canceled", latest_charge=charge("succeeded", amount_refunded=1800))
    ours, _ = provider((200, released), listed(refund("succeeded")), charges("succeeded"))
    assert ours.retrieve("pi_1").amount_refunded == 0


def test_what_is_held_shows_until_it_is_taken() -> None:
    """How much the bank holds, for it may be less than was asked for."""
    card = {"type": "card", "card": {}}
    held = intent(
        "requires_capture", amount_capturable=1799, latest_charge=charge("succeeded", payment_method_details=card)
    )
    ours, _ = provider((200, held), charges("succeeded"))
    seen = ours.retrieve("pi_1")
    assert (seen.amount_authorised, seen.amount_captured) == (1799, 0)


def test_what_was_given_back_is_refunds() -> None:
    """Not what the charge says: only refunds that are done or on their way count, since the first of them."""
    taken = intent("succeeded", amount_received=1000, latest_charge=charge("succeeded", amount_refunded=800))
    made = [
        refund("pending", 200, created=30),
        refund("succeeded", 300, created=20),
        refund("failed", 400, created=10),
        refund("canceled", 400, created=10),
    ]
    ours, _ = provider((200, taken), listed(*made), charges("succeeded"))
    seen = ours.retrieve("pi_1")
    assert (seen.amount_captured, seen.amount_refunded, seen.refunded_since) == (1000, 500, 20)


def test_a_part_that_was_released_is_no_refund() -> None:
    """1.00 of 18.00 captured by hand, and 17.00 shown as refunded: without a refund all of the 1.00 is kept."""
    taken = intent("succeeded", amount_received=100, latest_charge=charge("succeeded", amount_refunded=1700))
    ours, _ = provider((200, taken), listed(), charges("succeeded"))
    seen = ours.retrieve("pi_1")
    assert (seen.amount_captured, seen.amount_refunded, seen.refunded_since) == (100, 0, None)


def test_a_refund_answers_what_the_payment_looks_like_then() -> None:
    """The whole rest is refunded under our key, and the payment is read again."""
    refunded = intent("succeeded", amount_received=1800, latest_charge=charge("succeeded", amount_refunded=1800))
    made = refund("succeeded", purchase_id="p1")
    ours, http = provider((200, made), (200, refunded), listed(made), charges("succeeded"))
    seen = ours.refund("pi_1", IDS, "p1:refund:1")
    assert (seen.amount_refunded, seen.refunds_by_hand) == (1800, 0)
    _, _, sent, headers = http.asked[0]
    assert sent == {
        "payment_intent": ["pi_1"],
        "metadata[payment_id]": ["a-payment"],
        "metadata[purchase_id]": ["p1"],
    }
    assert headers["Idempotency-Key"] == "p1:refund:1"


def test_refunds_that_are_not_marked_as_ours_were_made_by_hand() -> None:
    """Each part refunded in the dashboard counts, one that the bank has failed too; ours does not."""
    refunded = intent("succeeded", amount_received=1800, latest_charge=charge("succeeded", amount_refunded=900))
    made = [refund("succeeded", 300), refund("pending", 300), refund("failed", 300)]
    ours, http = provider(
        (200, refunded), listed(*made, refund("succeeded", 300, purchase_id="p1")), charges("succeeded")
    )
    seen = ours.retrieve("pi_1")
    assert (seen.amount_refunded, seen.refunds_by_hand) == (900, 3)
    assert http.asked[1][1] == "http://stripe.test/v1/refunds?payment_intent=pi_1&limit=100"


@pytest.mark.parametrize(
    ("statuses", "open_ones", "withdrawn"),
    [
        (["needs_response"], 1, 900),
        (["under_review", "warning_needs_response", "warning_under_review", "of a later version"], 4, 1800),
        (["won", "warning_closed", "prevented"], 0, 0),
        (["lost"], 0, 900),
    ],
)
def test_a_disputed_charge_shows_on_its_payment(statuses: list[str], open_ones: int, withdrawn: int) -> None:
    """A payment is disputed for ever, has an open dispute until the bank has decided, and what that has withdrawn."""
    disputed = intent("succeeded", amount_received=1800, latest_charge=charge("succeeded", disputed=True))
    disputes = [{"id": "du_1", "object": "dispute", "status": status, "amount": 900} for status in statuses]
    ours, http = provider((200, disputed), listed(*disputes), charges("succeeded"))
    assert ours.retrieve("pi_1") == Snapshot(
        "pi_1", PaymentStatus.PAID, 1800, 0, 0, disputed=True, disputes_open=open_ones, amount_disputed=withdrawn
    )
    assert http.asked[1][1] == "http://stripe.test/v1/disputes?payment_intent=pi_1&limit=100"


@pytest.mark.parametrize(
    ("status", "card", "capture_before"),
    [
        ("requires_capture", {"capture_before": 1_800_000_000}, 1_800_000_000),
        ("requires_capture", {}, None),
        ("canceled", {"capture_before": 1_800_000_000}, None),
    ],
)
def test_an_authorisation_tells_when_it_runs_out(status: str, card: Json, capture_before: int | None) -> None:
    """As long as the money is held, and where the card's network tells it."""
    held = intent(status, latest_charge=charge("succeeded", payment_method_details={"type": "card", "card": card}))
    ours, _ = provider((200, held), charges("succeeded"))
    assert ours.retrieve("pi_1").capture_before == capture_before


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

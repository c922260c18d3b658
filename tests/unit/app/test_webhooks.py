"""POST /webhooks/stripe: what is signed and ours starts a saga, nothing else does anything."""

import json
import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from domain.errors import Unavailable
from domain.keys import payment_id_of
from domain.messages import PaymentFailedInput, PaymentSuccessInput, RefundFailedInput
from tests.unit.app.deliveries import (
    METADATA,
    PAYMENT,
    PURCHASE,
    accepted,
    counted,
    event,
    refund_event,
    send,
    signature,
)
from tests.unit.app.requests import refusal
from tests.unit.fakes import ORDER, FakePaymentRecords, FakePurchases, payment

# Another purchase.
ANOTHER = "6f" * 32
ORDER_OF_EVENTS = ORDER.model_copy(update={"purchase_id": PURCHASE})
SUCCEEDED = PaymentSuccessInput(payment_id=PAYMENT)
REFUND = RefundFailedInput(payment_id=PAYMENT, refund_id="re_1")


def failed(cause: str) -> PaymentFailedInput:
    """The saga of a failed charge, or of an event."""
    return PaymentFailedInput(payment_id=PAYMENT, attempts_max=1, cause=cause)


@pytest.mark.parametrize("kind", ["payment_intent.succeeded", "payment_intent.amount_capturable_updated"])
def test_a_paid_or_authorised_payment_starts_payment_success(
    anyone: FlaskClient, purchases: FakePurchases, kind: str
) -> None:
    """Both events say that money is there."""
    assert accepted(send(anyone, event(kind)))
    assert purchases.events == [SUCCEEDED]


def test_a_failed_attempt_starts_the_saga_of_its_charge(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """The failed charge is the cause, so that two events of one failure are one."""
    assert accepted(send(anyone, event("payment_intent.payment_failed", last_payment_error={"charge": "ch_1"})))
    assert purchases.events == [failed("ch_1")]


@pytest.mark.parametrize(
    "error", [None, {}, {"charge": None}, {"charge": {"id": "ch_1"}}, {"charge": "a/b"}, "declined", [], 7]
)
def test_a_failure_without_a_charge_is_named_by_its_event(
    anyone: FlaskClient, purchases: FakePurchases, error: Any
) -> None:
    """Whatever stands where the error should be, the event's id is the cause."""
    assert accepted(send(anyone, event("payment_intent.payment_failed", last_payment_error=error)))
    assert purchases.events == [failed("evt_1")]


def test_a_cancellation_is_named_by_its_event(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """It keeps the error of an earlier attempt, which has its saga already."""
    assert accepted(send(anyone, event("payment_intent.canceled", last_payment_error={"charge": "ch_1"})))
    assert purchases.events == [failed("evt_1")]


def test_a_failed_refund_starts_its_saga(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """The refund names the saga, its payment is what the saga looks at."""
    assert accepted(send(anyone, refund_event()))
    assert purchases.events == [REFUND]


@pytest.mark.parametrize("metadata", [{}, None, {"order": "p1"}])
def test_a_failed_refund_of_a_hand_is_only_noticed(
    anyone: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords, metadata: Any
) -> None:
    """Payments writes the purchase on its own refunds; the one of a hand starts no saga, which could refund more."""
    payments.records = [payment(ORDER_OF_EVENTS)]
    assert accepted(send(anyone, refund_event(metadata=metadata, id="re/1")))
    assert (purchases.events, payments.retrieved) == ([], [PAYMENT])


def test_an_event_goes_on_in_the_trace_that_payments_has_written_on_it(
    anyone: FlaskClient, purchases: FakePurchases
) -> None:
    """What starts the saga runs in that trace; what is written there in another form changes nothing."""
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    for number, written in enumerate((trace, 7, "00-é" * 100, None)):
        given = METADATA | {"traceparent": written}
        assert accepted(send(anyone, event(metadata=given) | {"id": f"evt_{number}"}))
    assert purchases.traces == [trace, None, None, None]


def test_a_repeated_event_is_acknowledged(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """Stored just now, it is known: 200, so that Stripe stops, and Temporal is not asked."""
    assert all(accepted(send(anyone, event())) for _ in range(3))
    assert len(purchases.events) == 1


def test_two_events_of_one_fact_are_one(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """Authorised and captured have ids of their own; Temporal knows their saga, and starts anew what has failed."""
    before = counted(anyone, "repeated")
    assert accepted(send(anyone, event("payment_intent.amount_capturable_updated") | {"id": "evt_1"}))
    assert accepted(send(anyone, event("payment_intent.succeeded") | {"id": "evt_2"}))
    assert len(set(purchases.events)) == 1
    assert counted(anyone, "repeated") == before + 1


def test_an_event_of_another_payment_is_no_repeat(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """Whatever id it has."""
    assert accepted(send(anyone, event()))
    assert accepted(send(anyone, event(metadata={"purchase_id": ANOTHER, "payment_id": payment_id_of(ANOTHER)})))
    assert accepted(send(anyone, event("payment_intent.canceled")))
    assert len(purchases.events) == 3


@pytest.mark.parametrize("secret", ["whsec_old", "whsec_new"])
def test_each_of_our_secrets_is_valid(anyone: FlaskClient, purchases: FakePurchases, secret: str) -> None:
    """While a secret is rolled both sign."""
    payload = json.dumps(event())
    assert accepted(send(anyone, payload, signature(payload, secret)))
    assert purchases.events


def test_temporal_away_makes_stripe_send_it_again(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """Nothing is acknowledged that is not stored: 503 with Retry-After; what needs no saga is, all the same."""
    purchases.error = Unavailable("away")
    before = counted(anyone, "unavailable")
    assert refusal(send(anyone, event())) == (503, "dependency-unavailable")
    assert refusal(send(anyone, event("payment_intent.canceled"))) == (503, "dependency-unavailable")
    assert refusal(send(anyone, refund_event())) == (503, "dependency-unavailable")
    assert accepted(send(anyone, event("charge.succeeded")))
    assert accepted(send(anyone, event(metadata={})))
    assert counted(anyone, "unavailable") == before + 3
    purchases.error = None
    assert accepted(send(anyone, event()))
    assert purchases.events


@pytest.mark.parametrize(
    ("age_s", "observed_s"), [(90, 90), (-60, 0), (10**9 * 5, None), (-3600, None), ("soon", None), (None, None)]
)
def test_the_lag_of_an_event_is_told(anyone: FlaskClient, age_s: Any, observed_s: float | None) -> None:
    """From its creation at the provider to its saga's start; a time that makes no sense refuses no event."""
    created = int(time.time()) - age_s if isinstance(age_s, int) else age_s
    before = lag(anyone)
    assert accepted(send(anyone, event() | {"created": created}))
    count, total_s = (now - then for now, then in zip(lag(anyone), before, strict=True))
    assert count == (observed_s is not None)
    assert total_s == pytest.approx(observed_s or 0, abs=30)


def lag(client: FlaskClient) -> tuple[float, float]:
    """How many lags have been told, and their sum in seconds."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    found = {sample.name: sample.value for family in families for sample in family.samples}
    return found["intake_webhook_lag_seconds_count"], found["intake_webhook_lag_seconds_sum"]


# Metadata that names no payment of ours: text of somebody's hand, of another application, and whatever else JSON has.
CHANGED: list[Any] = [
    None, 7, "", [], {}, "order-1", "é" * 500, "5F" * 32, PURCHASE + "\n", f"../{PURCHASE}", PURCHASE[1:],
]  # fmt: skip
UNNAMED: list[Any] = [
    {"purchase_id": ANOTHER, "payment_id": PAYMENT},
    {"purchase_id": ANOTHER},
    *({"purchase_id": changed, "payment_id": PAYMENT} for changed in CHANGED),
    *({"purchase_id": PURCHASE, "payment_id": changed} for changed in (*CHANGED, payment_id_of(ANOTHER))),
]


@pytest.mark.parametrize("metadata", UNNAMED, ids=ascii)
def test_metadata_that_somebody_has_changed_loses_no_event(
    anyone: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords, metadata: Any
) -> None:
    """The payment is found by what its provider calls it; the sagas are started as by any event, of that payment."""
    payments.records = [payment(ORDER_OF_EVENTS)]
    for hint in (event, lambda **about: event("payment_intent.canceled", **about), refund_event):
        assert accepted(send(anyone, hint(metadata=metadata)))
    assert purchases.events == [SUCCEEDED, failed("evt_1"), REFUND]


@pytest.mark.parametrize("metadata", [{}, None, [], "purchase_id", {"order": "p1"}], ids=ascii)
def test_an_event_without_our_ids_is_ours_if_payments_knows_its_payment(
    anyone: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords, metadata: Any
) -> None:
    """Another application's is acknowledged and left alone; while Payments is away nobody knows: 503, sent again."""
    before = counted(anyone, "not-ours")
    payments.error = Unavailable("away")
    assert refusal(send(anyone, event(metadata=metadata))) == (503, "dependency-unavailable")
    payments.error = None
    assert accepted(send(anyone, event(metadata=metadata)))
    assert (purchases.events, counted(anyone, "not-ours")) == ([], before + 1)
    payments.records = [payment(ORDER_OF_EVENTS)]
    assert accepted(send(anyone, event(metadata=metadata)))
    assert purchases.events == [SUCCEEDED]


@pytest.mark.parametrize("metadata", UNNAMED[:2], ids=ascii)
def test_an_event_that_names_a_purchase_is_ours_though_payments_does_not_know_it(
    anyone: FlaskClient, purchases: FakePurchases, metadata: Any
) -> None:
    """Its saga asks again, and parks after an hour."""
    assert accepted(send(anyone, event(metadata=metadata)))
    assert purchases.events == [PaymentSuccessInput(payment_id=payment_id_of(ANOTHER))]


def test_an_event_with_our_ids_needs_no_payments(
    anyone: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords
) -> None:
    """It is stored while Payments is away: its saga asks later."""
    payments.error = Unavailable("away")
    assert accepted(send(anyone, event()))
    assert purchases.events == [SUCCEEDED]

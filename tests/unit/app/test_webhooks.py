"""POST /webhooks/stripe: what is signed and ours starts a saga, nothing else does anything."""

import json
import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from stripe import WebhookSignature
from werkzeug.test import TestResponse

from domain.errors import Unavailable
from domain.messages import PaymentFailedInput, PaymentSuccessInput, RefundFailedInput
from tests.unit.app.requests import refusal
from tests.unit.fakes import FakeSagas

OLD = "whsec_old"
FAILED = PaymentFailedInput(payment_id="pi_1", attempts_max=1)


def event(kind: str = "payment_intent.succeeded", **intent: Any) -> dict[str, Any]:
    """An event about a payment of ours, with changes to the payment."""
    known = {"id": "pi_1", "object": "payment_intent", "metadata": {"purchase_id": "p1"}}
    return {"id": "evt_1", "object": "event", "type": kind, "data": {"object": known | intent}}


def refund_event(**refund: Any) -> dict[str, Any]:
    """An event about a refund of ours that the bank has failed, with changes to the refund."""
    known = {"id": "re_1", "object": "refund", "payment_intent": "pi_1", "status": "failed"}
    about = known | {"metadata": {"purchase_id": "p1"}} | refund
    return {"id": "evt_1", "object": "event", "type": "refund.failed", "data": {"object": about}}


def signature(payload: str, secret: str = OLD, age_s: float = 0) -> str:
    """Stripe's header over a payload."""
    header: str = WebhookSignature.generate_signature_header(payload, secret, int(time.time() - age_s))
    return header


def send(client: FlaskClient, content: Any, header: str | None = None) -> TestResponse:
    """Deliver an event, signed well unless another header is given."""
    payload = content if isinstance(content, str) else json.dumps(content)
    headers = {"Stripe-Signature": signature(payload) if header is None else header}
    return client.post("/webhooks/stripe", data=payload.encode(), headers=headers, content_type="application/json")


def accepted(response: TestResponse) -> bool:
    """Whether the event is acknowledged as the design says."""
    return response.status_code == 200 and response.get_json() == {"received": True}


@pytest.mark.parametrize("kind", ["payment_intent.succeeded", "payment_intent.amount_capturable_updated"])
def test_a_paid_or_authorised_payment_starts_payment_success(anyone: FlaskClient, sagas: FakeSagas, kind: str) -> None:
    """Both events say that money is there."""
    assert accepted(send(anyone, event(kind)))
    assert sagas.events == [("succeeded", PaymentSuccessInput(payment_id="pi_1"))]


def test_a_failed_attempt_starts_the_saga_of_its_charge(anyone: FlaskClient, sagas: FakeSagas) -> None:
    """The failed charge is the cause, so that two events of one failure are one."""
    assert accepted(send(anyone, event("payment_intent.payment_failed", last_payment_error={"charge": "ch_1"})))
    assert sagas.events == [("failed", FAILED, "ch_1")]


@pytest.mark.parametrize(
    "error", [None, {}, {"charge": None}, {"charge": {"id": "ch_1"}}, {"charge": "a/b"}, "declined", [], 7]
)
def test_a_failure_without_a_charge_is_named_by_its_event(anyone: FlaskClient, sagas: FakeSagas, error: Any) -> None:
    """Whatever stands where the error should be, the event's id is the cause."""
    assert accepted(send(anyone, event("payment_intent.payment_failed", last_payment_error=error)))
    assert sagas.events == [("failed", FAILED, "evt_1")]


def test_a_cancellation_is_named_by_its_event(anyone: FlaskClient, sagas: FakeSagas) -> None:
    """It keeps the error of an earlier attempt, which has its saga already."""
    assert accepted(send(anyone, event("payment_intent.canceled", last_payment_error={"charge": "ch_1"})))
    assert sagas.events == [("failed", FAILED, "evt_1")]


def test_a_failed_refund_starts_its_saga(anyone: FlaskClient, sagas: FakeSagas) -> None:
    """The refund names the saga, its payment is what the saga looks at."""
    assert accepted(send(anyone, refund_event()))
    assert sagas.events == [("refund-failed", RefundFailedInput(payment_id="pi_1", refund_id="re_1"))]


@pytest.mark.parametrize(
    "refund",
    [{"metadata": {}}, {"metadata": None}, {"payment_intent": None}, {"payment_intent": {}}, {"id": "re/1"}, {"id": 7}],
)
def test_a_failed_refund_that_is_not_ours_is_left_alone(
    anyone: FlaskClient, sagas: FakeSagas, refund: dict[str, Any]
) -> None:
    """Payments has put the purchase into its refunds' metadata; an id that Stripe would not give names no saga."""
    assert accepted(send(anyone, refund_event(**refund)))
    assert not sagas.events


def test_a_repeated_event_is_acknowledged(anyone: FlaskClient, sagas: FakeSagas) -> None:
    """Temporal knows the saga already: 200, so that Stripe stops."""
    assert all(accepted(send(anyone, event())) for _ in range(2))
    assert len(sagas.events) == 2


@pytest.mark.parametrize("secret", ["whsec_old", "whsec_new"])
def test_each_of_our_secrets_is_valid(anyone: FlaskClient, sagas: FakeSagas, secret: str) -> None:
    """While a secret is rolled both sign."""
    payload = json.dumps(event())
    assert accepted(send(anyone, payload, signature(payload, secret)))
    assert sagas.events


@pytest.mark.parametrize("age_s", [290, -290])
def test_a_clock_may_be_wrong_by_five_minutes(anyone: FlaskClient, age_s: float) -> None:
    """Within the tolerance both ways."""
    payload = json.dumps(event())
    assert accepted(send(anyone, payload, signature(payload, age_s=age_s)))


@pytest.mark.parametrize("age_s", [310, -310, 86_400, -86_400])
def test_a_signature_of_another_time_is_refused(anyone: FlaskClient, sagas: FakeSagas, age_s: float) -> None:
    """Stale or from the future: 400, both ways."""
    payload = json.dumps(event())
    assert refusal(send(anyone, payload, signature(payload, age_s=age_s))) == (400, "invalid-signature")
    assert not sagas.events


@pytest.mark.parametrize(
    "header",
    [
        "",
        "garbage",
        "t=abc",
        "t=",
        "t",
        "v1=00",
        "t=1,v1=",
        "t=abc,v1=00",
        f"t={'9' * 5000},v1=00",
        f"t={'9' * 4000},v1=00",
        "t=-1,v1=00",
        ",,,===",
        "t=1,v1=\xe9",
        "\xe9",
        "t=\xb2,v1=00",
    ],
)
def test_garbage_is_no_signature(anyone: FlaskClient, sagas: FakeSagas, header: str) -> None:
    """Whatever the header holds, the answer is 400 and nothing starts."""
    assert refusal(send(anyone, event(), header)) == (400, "invalid-signature")
    assert not sagas.events


def test_a_timestamp_of_now_beside_a_forged_signature_is_refused(anyone: FlaskClient) -> None:
    """Signatures that are well-formed and wrong, one of them not ASCII."""
    for forged in ("0" * 64, "\xe9"):
        assert refusal(send(anyone, event(), f"t={int(time.time())},v1={forged}")) == (400, "invalid-signature")


def test_a_good_signature_with_a_second_timestamp_is_no_fault_of_ours(anyone: FlaskClient) -> None:
    """Who repeats a header with more in it is refused."""
    payload = json.dumps(event())
    assert refusal(send(anyone, payload, signature(payload) + ",t=x")) == (400, "invalid-signature")
    assert refusal(send(anyone, payload, signature(payload) + f",t={'9' * 30}")) == (400, "invalid-signature")


def test_no_header_and_another_body_are_refused(anyone: FlaskClient, sagas: FakeSagas) -> None:
    """The signature is over the raw body: an equal value in other bytes is not signed."""
    assert refusal(anyone.post("/webhooks/stripe", json=event())) == (400, "invalid-signature")
    header = signature(json.dumps(event()))
    assert refusal(send(anyone, json.dumps(event(), indent=1), header)) == (400, "invalid-signature")
    assert refusal(send(anyone, event(), signature(json.dumps(event()), "whsec_other"))) == (400, "invalid-signature")
    assert not sagas.events


def test_bytes_that_are_no_utf8_are_not_signed(anyone: FlaskClient) -> None:
    """Stripe signs UTF-8."""
    response = anyone.post("/webhooks/stripe", data=b"\xff", headers={"Stripe-Signature": signature("x")})
    assert refusal(response) == (400, "invalid-signature")


@pytest.mark.parametrize(
    "kind",
    [
        "payment_intent.created",
        "payment_intent.processing",
        "charge.refunded",
        "refund.updated",
        "",
        None,
        7,
        ["payment_intent.succeeded"],
        {"a": 1},
    ],
)
def test_other_types_are_acknowledged_and_left_alone(anyone: FlaskClient, sagas: FakeSagas, kind: Any) -> None:
    """Stripe sends what it likes; we count it."""
    assert accepted(send(anyone, event() | {"type": kind}))
    assert not sagas.events


@pytest.mark.parametrize(
    "metadata", [None, {}, [], "purchase_id", 7, {"purchase_id": ""}, {"purchase_id": None}, {"order": "p1"}]
)
def test_a_payment_that_is_not_ours_is_left_alone(anyone: FlaskClient, sagas: FakeSagas, metadata: Any) -> None:
    """Ours has the id of its purchase in the metadata."""
    assert accepted(send(anyone, event(metadata=metadata)))
    assert not sagas.events


@pytest.mark.parametrize("payment_id", [None, 7, "", [], {}, "pi/1", "pi_1\n", "p" * 256])
def test_what_is_no_payments_id_is_left_alone(anyone: FlaskClient, sagas: FakeSagas, payment_id: Any) -> None:
    """An id that Stripe would not give never becomes a saga's name."""
    assert accepted(send(anyone, event(id=payment_id)))
    assert not sagas.events


@pytest.mark.parametrize("data", [None, [], "x", 7, {}, {"object": None}, {"object": []}, {"object": "pi_1"}])
def test_an_event_without_an_object_is_left_alone(anyone: FlaskClient, sagas: FakeSagas, data: Any) -> None:
    """Signed, and about nothing that we know."""
    assert accepted(send(anyone, event() | {"data": data}))
    assert not sagas.events


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        "[" * 60_000,
        '{"object": "event", "object": "event"}',
        {},
        event() | {"object": "v2.core.event"},
        event() | {"object": ["event"]},
        event() | {"id": None},
        event() | {"id": "a/b"},
        event() | {"id": 7},
    ],
)
def test_what_is_signed_but_no_snapshot_event_is_refused(anyone: FlaskClient, sagas: FakeSagas, content: Any) -> None:
    """A thin event or no event: an endpoint that is set up wrongly must show at Stripe."""
    assert refusal(send(anyone, content)) == (422, "invalid-request")
    assert not sagas.events


def test_temporal_away_makes_stripe_send_it_again(anyone: FlaskClient, sagas: FakeSagas) -> None:
    """Nothing is acknowledged that is not stored: 503 with Retry-After."""
    sagas.error = Unavailable("away")
    assert refusal(send(anyone, event())) == (503, "dependency-unavailable")
    assert refusal(send(anyone, event("payment_intent.canceled"))) == (503, "dependency-unavailable")
    assert refusal(send(anyone, refund_event())) == (503, "dependency-unavailable")
    assert accepted(send(anyone, event("charge.refunded")))


def test_an_event_may_be_larger_than_a_request_but_not_endless(anyone: FlaskClient, sagas: FakeSagas) -> None:
    """512 KiB are read, one byte more is 413."""
    payload = json.dumps(event()).ljust(512 * 1024)
    assert accepted(send(anyone, payload))
    assert refusal(send(anyone, payload + " ")) == (413, "payload-too-large")
    assert len(sagas.events) == 1

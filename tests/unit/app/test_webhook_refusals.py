"""POST /webhooks/stripe: what is refused, and what is acknowledged and left alone."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.context import Intake
from app.settings import IntakeSettings
from tests.unit.app.deliveries import OLD, accepted, counted, event, refund_event, send, signature
from tests.unit.app.requests import refusal
from tests.unit.fakes import FakePurchases

# What no id of Stripe's is: each would lose the event if it were answered 200, or break the name of a saga.
NO_IDS: list[Any] = [None, 7, "", [], {}, "pi/1", "pi_1\n", "p" * 101]
NO_DATA: list[Any] = [None, [], "x", 7, {}, {"object": None}, {"object": "pi_1"}]
# Events whose payment or refund has no name.
NAMELESS: list[dict[str, Any]] = [
    *(event(id=wrong) for wrong in NO_IDS),
    *(event("payment_intent.payment_failed", id=wrong) for wrong in NO_IDS),
    *(refund_event(id=wrong) for wrong in NO_IDS),
    *(refund_event(payment_intent=wrong) for wrong in NO_IDS),
    *(event() | {"data": wrong} for wrong in NO_DATA),
]


def told(intake: Intake, **settings: Any) -> FlaskClient:
    """A client of the intake with other settings."""
    config = IntakeSettings.model_construct(**{"stripe_webhook_secrets": (OLD,)} | settings)
    return create_app(replace(intake, config=config)).test_client()


def test_what_is_not_signed_is_refused_and_counted(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """No header, a header of nonsense, a signature over the same value in other bytes, or by another's secret."""
    before = counted(anyone, "unverified")
    assert refusal(anyone.post("/webhooks/stripe", json=event())) == (400, "invalid-signature")
    assert refusal(send(anyone, event(), "t=\xb2,v1=\xe9")) == (400, "invalid-signature")
    header = signature(json.dumps(event()))
    assert refusal(send(anyone, json.dumps(event(), indent=1), header)) == (400, "invalid-signature")
    assert refusal(send(anyone, event(), signature(json.dumps(event()), "whsec_other"))) == (400, "invalid-signature")
    assert not purchases.events
    assert counted(anyone, "unverified") == before + 4


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "a/b;"]
)
def test_the_content_type_does_not_matter(
    anyone: FlaskClient, purchases: FakePurchases, content_type: str | None
) -> None:
    """The bytes are signed, and only they."""
    assert accepted(send(anyone, event(), content_type=content_type))
    assert purchases.events


@pytest.mark.parametrize(
    "kind",
    [
        "payment_intent.created",
        "payment_intent.processing",
        "charge.succeeded",
        "charge.expired",
        "v1.billing.meter.no_meter_found",
        "",
    ],
)
def test_other_types_are_acknowledged_and_counted(anyone: FlaskClient, purchases: FakePurchases, kind: str) -> None:
    """Stripe sends what it likes, of whatever form."""
    before = counted(anyone, "ignored")
    assert accepted(send(anyone, event() | {"type": kind}))
    assert accepted(send(anyone, event() | {"type": kind, "data": None}))
    assert not purchases.events
    assert counted(anyone, "ignored") == before + 2


@pytest.mark.parametrize("content", NAMELESS)
def test_an_event_that_may_be_ours_and_names_nothing_is_never_acknowledged(
    anyone: FlaskClient, purchases: FakePurchases, content: Any
) -> None:
    """A 200 would lose it: refused, with the member that is wrong, so that it shows at Stripe and comes again."""
    before = counted(anyone, "refused")
    response = send(anyone, content)
    assert refusal(response) == (422, "invalid-request")
    assert response.get_json()["errors"][0]["field"].startswith("event.data.object")
    assert not purchases.events
    assert counted(anyone, "refused") == before + 1


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
        event() | {"id": None},
        event() | {"id": "a/b"},
        event() | {"id": 7},
        event() | {"type": None},
        event() | {"type": ["payment_intent.succeeded"]},
        event() | {"livemode": "false"},
        event() | {"livemode": 0},
        event() | {"account": 7},
        event() | {"account": ""},
    ],
)
def test_what_is_signed_but_no_event_is_refused(anyone: FlaskClient, purchases: FakePurchases, content: Any) -> None:
    """Stripe would not send it."""
    assert refusal(send(anyone, content)) == (422, "invalid-request")
    assert not purchases.events


@pytest.mark.parametrize(
    "content",
    [
        {"object": "v2.core.event", "id": "evt_1", "type": "v1.payment_intent.succeeded", "livemode": False},
        {"id": "evt_1", "type": "v1.payment_intent.succeeded", "related_object": {"id": "pi_1"}},
        event() | {"object": "v2.core.event"},
        event() | {"object": ["event"]},
        {},
    ],
)
def test_another_payload_style_is_refused_with_what_to_configure(
    anyone: FlaskClient, purchases: FakePurchases, content: Any
) -> None:
    """A thin event tells too little: the endpoint has to be set up in another way, and the answer says how."""
    response = send(anyone, content)
    assert refusal(response) == (422, "invalid-request")
    assert "payload style Snapshot" in response.get_json()["detail"]
    assert not purchases.events


@pytest.mark.parametrize(("key", "livemode"), [("pk_test_1", True), ("pk_live_1", False)])
def test_an_event_of_the_other_mode_is_acknowledged_and_counted(
    intake: Intake, purchases: FakePurchases, key: str, livemode: bool
) -> None:
    """Our keys tell the mode; the other one's payments are not ours, and nobody is to send them again."""
    anyone = told(intake, stripe_publishable_key=key)
    before = counted(anyone, "other-mode")
    assert accepted(send(anyone, event() | {"livemode": livemode}))
    assert not purchases.events
    assert counted(anyone, "other-mode") == before + 1
    assert accepted(send(anyone, event() | {"livemode": not livemode}))
    assert purchases.events


@pytest.mark.parametrize(("ours", "account"), [("", None), ("acct_1", None), ("acct_1", "acct_1")])
def test_an_event_of_our_account_is_taken(
    intake: Intake, purchases: FakePurchases, ours: str, account: str | None
) -> None:
    """The account that the settings name, and the endpoint's own, which has no name."""
    assert accepted(send(told(intake, stripe_account=ours), event() | {"account": account}))
    assert purchases.events


@pytest.mark.parametrize("ours", ["", "acct_1"])
def test_an_event_of_another_account_is_acknowledged_and_counted(
    intake: Intake, purchases: FakePurchases, ours: str
) -> None:
    """A connected account chooses its payments' metadata itself: what it says is ours is not believed."""
    anyone = told(intake, stripe_account=ours)
    before = counted(anyone, "foreign")
    assert accepted(send(anyone, event() | {"account": "acct_2"}))
    assert not purchases.events
    assert counted(anyone, "foreign") == before + 1


def test_an_event_may_be_larger_than_a_request_but_not_endless(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """512 KiB are read, one byte more is 413."""
    payload = json.dumps(event()).ljust(512 * 1024)
    assert accepted(send(anyone, payload))
    assert refusal(send(anyone, payload + " ")) == (413, "payload-too-large")
    assert len(purchases.events) == 1

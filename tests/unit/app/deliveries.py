"""What Stripe delivers in the tests of its endpoint, and what the endpoint says and counts."""

import json
import time
from typing import Any

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from stripe import WebhookSignature
from werkzeug.test import TestResponse

from domain.keys import payment_id_of
from tests.unit.fakes import REFERENCE

# What the intake of these tests takes: two secrets, as while one is rolled.
OLD, NEW = "whsec_old", "whsec_new"
# The ids that Payments writes on all that it makes, and what the provider calls such a payment.
PURCHASE = "5f" * 32
PAYMENT = payment_id_of(PURCHASE)
METADATA = {"purchase_id": PURCHASE, "payment_id": PAYMENT}


def event(kind: str = "payment_intent.succeeded", **intent: Any) -> dict[str, Any]:
    """An event about a payment of ours, with changes to the payment."""
    known = {"id": REFERENCE, "object": "payment_intent", "metadata": METADATA}
    shown = {"id": "evt_1", "object": "event", "livemode": False, "created": int(time.time()), "type": kind}
    return shown | {"data": {"object": known | intent}}


def refund_event(**refund: Any) -> dict[str, Any]:
    """An event about a refund of ours that the bank has failed, with changes to the refund."""
    known = {"id": "re_1", "object": "refund", "payment_intent": REFERENCE, "metadata": METADATA}
    return event("refund.failed") | {"data": {"object": known | refund}}


def signature(payload: str, secret: str = OLD, age_s: float = 0) -> str:
    """Stripe's header over a payload, made by Stripe's library."""
    header: str = WebhookSignature.generate_signature_header(payload, secret, int(time.time() - age_s))
    return header


def send(
    client: FlaskClient,
    content: Any,
    header: str | None = None,
    content_type: str | None = "application/json; charset=utf-8",
) -> TestResponse:
    """Deliver an event, signed well unless another header is given."""
    payload = content if isinstance(content, str) else json.dumps(content)
    headers = {"Stripe-Signature": signature(payload) if header is None else header}
    return client.post("/webhooks/stripe", data=payload.encode(), headers=headers, content_type=content_type)


def accepted(response: TestResponse) -> bool:
    """Whether the event is acknowledged as the design says."""
    return response.status_code == 200 and response.get_json() == {"received": True}


def counted(client: FlaskClient, result: str) -> float:
    """How many events have had this result so far."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    samples = (sample for family in families for sample in family.samples)
    return sum(s.value for s in samples if s.name == "intake_webhooks_total" and s.labels["result"] == result)

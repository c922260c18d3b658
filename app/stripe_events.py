"""Events as Stripe signs and words them (Stripe's documentation, "Webhooks" and "The Event object")."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stripe import SignatureVerificationError, WebhookSignature

from webapi import Problem
from webapi.strict_json import loads

# Stripe's own tolerance: a stolen event cannot be replayed after five minutes.
TOLERANCE_S = 300

SUCCEEDED = frozenset({"payment_intent.succeeded", "payment_intent.amount_capturable_updated"})
FAILED = frozenset({"payment_intent.payment_failed", "payment_intent.canceled"})


@dataclass(frozen=True)
class PaymentEvent:
    """A hint that a payment of ours has changed; `cause` names the failed charge, or else the event."""

    type: str
    payment_id: str
    cause: str


def verify(payload: bytes, header: str, secrets: Sequence[str]) -> dict[str, Any]:
    """The event, if one of the secrets has signed it within the tolerance; else 400 `invalid-signature`."""
    if not any(_signed(payload, header, secret) for secret in secrets):
        raise Problem(400, "invalid-signature", "No signature over this body is valid now.")
    try:
        event = loads(payload)
    except ValueError as error:
        raise Problem(400, "invalid-request", "The event is not valid JSON.") from error
    if not isinstance(event, dict) or event.get("object") != "event":
        raise Problem(400, "invalid-request", "Only snapshot events (payload style `event`) are taken here.")
    return event


def payment_event(event: dict[str, Any]) -> PaymentEvent | None:
    """The event as a hint about a payment of ours, or None if it is of another type or not ours."""
    if event.get("type") not in SUCCEEDED | FAILED:
        return None
    data = event.get("data")
    intent = data.get("object") if isinstance(data, dict) else None
    if not isinstance(intent, dict) or not isinstance(intent.get("id"), str):
        return None
    if not (intent.get("metadata") or {}).get("purchase_id"):
        return None
    return PaymentEvent(type=event["type"], payment_id=intent["id"], cause=_cause(event, intent))


def _cause(event: dict[str, Any], intent: dict[str, Any]) -> str:
    error = intent.get("last_payment_error") or {}
    # A cancellation keeps the error of an earlier attempt: that charge has its saga, the cancellation needs its own.
    charge = error.get("charge") if event["type"] == "payment_intent.payment_failed" else None
    return str(charge or event.get("id"))


def _signed(payload: bytes, header: str, secret: str) -> bool:
    try:
        WebhookSignature.verify_header(payload.decode("utf-8"), header, secret, TOLERANCE_S)
    except (SignatureVerificationError, UnicodeDecodeError):
        return False
    # The SDK takes a timestamp from the future; such a signature could be replayed until then.
    return _timestamp(header) <= time.time() + TOLERANCE_S


def _timestamp(header: str) -> int:
    return max(int(part[2:]) for part in header.split(",") if part.startswith("t="))

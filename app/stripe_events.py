"""Events as Stripe signs and words them (Stripe's documentation, "Webhooks" and "The Event object")."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from stripe import SignatureVerificationError, WebhookSignature

from webapi import Problem
from webapi.strict_json import loads

# Stripe's own tolerance: a stolen event cannot be replayed after five minutes.
TOLERANCE_S = 300

# Stripe's ids; both become parts of a workflow's id.
STRIPE_ID = re.compile(r"[A-Za-z0-9_]{1,255}")

SUCCEEDED = frozenset({"payment_intent.succeeded", "payment_intent.amount_capturable_updated"})
FAILED = frozenset({"payment_intent.payment_failed", "payment_intent.canceled"})
REFUND_FAILED = "refund.failed"


@dataclass(frozen=True)
class PaymentEvent:
    """A hint that a payment of ours has changed; `cause` names the failed charge or refund, or else the event."""

    type: str
    payment_id: str
    cause: str


def verify(payload: bytes, header: str, secrets: Sequence[str]) -> dict[str, Any]:
    """The event, if one of the secrets has signed it within the tolerance.

    Raises 400 `invalid-signature`, and 422 `invalid-request` for what is signed but no snapshot event.
    """
    if not any(_signed(payload, header, secret) for secret in secrets):
        raise Problem(400, "invalid-signature", "No signature over this body is valid now.")
    try:
        event = loads(payload)
    except ValueError as error:
        raise Problem(422, "invalid-request", "The event is not valid JSON.") from error
    if not isinstance(event, dict) or event.get("object") != "event" or not _is_id(event.get("id")):
        raise Problem(422, "invalid-request", "Only snapshot events (payload style `event`) are taken here.")
    return event


def payment_event(event: dict[str, Any]) -> PaymentEvent | None:
    """The event as a hint about a payment of ours, or None if it is of another type or not ours."""
    kind = event.get("type")
    about = _member(event.get("data"), "object")
    if not isinstance(kind, str) or not _member(_member(about, "metadata"), "purchase_id"):
        return None
    if kind in SUCCEEDED | FAILED:
        payment_id, cause = _member(about, "id"), _failed_charge(kind, about) or event["id"]
    elif kind == REFUND_FAILED:
        payment_id, cause = _member(about, "payment_intent"), _member(about, "id")
    else:
        return None
    return PaymentEvent(kind, payment_id, cause) if _is_id(payment_id) and _is_id(cause) else None


def _failed_charge(kind: str, intent: object) -> str | None:
    # A cancellation keeps the error of an earlier attempt: that charge has its saga, the cancellation needs its own.
    error = _member(intent, "last_payment_error") if kind == "payment_intent.payment_failed" else None
    charge = _member(error, "charge")
    return charge if _is_id(charge) else None


def _member(value: object, name: str) -> Any:
    """A member of what may be an object, or anything else that a sender has put there."""
    return value.get(name) if isinstance(value, dict) else None


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and STRIPE_ID.fullmatch(value) is not None


def _signed(payload: bytes, header: str, secret: str) -> bool:
    # The SDK compares in constant time, which Python does for ASCII only.
    if not header.isascii():
        return False
    try:
        WebhookSignature.verify_header(payload.decode("utf-8"), header, secret, TOLERANCE_S)
        # The SDK takes a timestamp from the future; such a signature could be replayed until then.
        return _timestamp(header) <= time.time() + TOLERANCE_S
    except (SignatureVerificationError, ValueError):
        return False


def _timestamp(header: str) -> int:
    return max(int(part[2:]) for part in header.split(",") if part.startswith("t="))

"""Stripe's events (Stripe's documentation, "The Event object"): the parts that we need.

An event of another form that could be about a payment of ours is refused with 422, for a 200 would lose it: Stripe
sends a refused event again for three days and shows it to the account's owner.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lib.webapi.problem_types import INVALID_REQUEST
from lib.webapi.strict_json import loads

SUCCEEDED = frozenset({"payment_intent.succeeded", "payment_intent.amount_capturable_updated"})
ATTEMPT_FAILED = "payment_intent.payment_failed"
FAILED = frozenset({ATTEMPT_FAILED, "payment_intent.canceled"})
REFUND_FAILED = "refund.failed"
# Money moves, or may move, without a saga: Payments has to retrieve the payment. No other event matters to us.
NOTICED = frozenset(
    {
        "charge.refunded",
        "refund.created",
        "refund.updated",
        REFUND_FAILED,
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
# What the endpoint at Stripe has to send, no more and no less.
HANDLED = SUCCEEDED | FAILED | NOTICED

CONFIGURE = (
    "Only snapshot events are taken here. In Stripe's Workbench, under Webhooks, give this endpoint the payload style "
    f"Snapshot (not Thin) and the events {', '.join(sorted(HANDLED))}; or let `flask stripe-endpoint create` do it."
)

# Two of them stand in a saga's id, and so in its steps' keys, which may have 255 characters (our services' and AMQP's
# message ids'): 100 for each leave room for the rest. Stripe's have some 30.
STRIPE_ID = re.compile(r"[A-Za-z0-9_]{1,100}")
StripeId = Annotated[str, Field(pattern=f"^{STRIPE_ID.pattern}$")]
# The metadata by which Payments says whose a payment is.
PURCHASE_ID, PAYMENT_ID = "purchase_id", "payment_id"
PURCHASE_ID_FORM = re.compile(r"[0-9a-f]{64}")
EXAMPLE_METADATA = {PURCHASE_ID: "3f5a1c0d" * 8, PAYMENT_ID: "0f2c5a6e-6b1d-5d3c-9c0e-3a9b7d1e4f58"}


class Read(BaseModel):
    """The base of an event's parts; unknown members are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)


class StripeEvent(Read):
    """An event with a snapshot of its object."""

    # Only an event that we take must have `data`; those alone are documented.
    model_config = ConfigDict(json_schema_extra={"required": ["object", "id", "type", "data"]})

    object: Literal["event"]
    id: StripeId = Field(examples=["evt_1"])
    type: str = Field(examples=["payment_intent.succeeded"])
    # Only for a statistic: no event is refused for what stands there.
    created: Any = Field(default=None, description="seconds since 1970", examples=[1772366400])
    # Stripe always says it; who tests by hand may leave it out.
    livemode: bool | None = Field(default=None, description="whether real money moves", examples=[False])
    account: StripeId | None = Field(
        default=None,
        description="the connected account that it comes from; not there on an account's own events",
        examples=["acct_1"],
    )
    data: Any = Field(
        default=None,
        description="`object` is the payment or the refund; ours have `purchase_id` and `payment_id` in `metadata`",
        examples=[{"object": {"id": "pi_1", "object": "payment_intent", "metadata": EXAMPLE_METADATA}}],
        json_schema_extra={"type": "object", "properties": {"object": {"type": "object"}}, "required": ["object"]},
    )


class PaymentIntent(Read):
    """A payment of ours."""

    id: StripeId
    last_payment_error: Any = None


class Refund(Read):
    """A refund of ours."""

    id: StripeId
    payment_intent: StripeId


class MovedMoney(Read):
    """A charge, refund or dispute: all three name the payment that it belongs to, unless it has none."""

    payment_intent: StripeId | None = None


Part = TypeVar("Part", bound=Read)


@dataclass(frozen=True)
class PaymentEvent:
    """What an event that starts a saga is about.

    `reference` is Stripe's id of the payment, `cause` names the failed charge or refund, or else the event; a payment
    succeeds only once and needs none. `purchase_id` and `payment_id` are what Payments has written on it; None where
    they are not there, or not in our form: then its reference has to tell whether it is ours.
    """

    kind: Literal["succeeded", "failed", "refund-failed"]
    reference: str
    purchase_id: str | None
    payment_id: str | None
    cause: str = ""


def snapshot(payload: bytes) -> StripeEvent:
    """The event in a body; raises 422 `invalid-request` for anything else."""
    try:
        event = loads(payload)
    except ValueError as error:
        raise INVALID_REQUEST.problem("The event is not valid JSON.") from error
    # A thin event is a `v2.core.event`, the notification of an older preview has no such member.
    if not isinstance(event, dict) or event.get("object") != "event":
        raise INVALID_REQUEST.problem(CONFIGURE)
    return _read(StripeEvent, event, "event")


def meaning(event: StripeEvent) -> PaymentEvent | MovedMoney | None:
    """What an event says to us: what starts a saga, or that money may have moved; None for any other.

    A refund without our metadata was made by hand: if it fails, the person who made it has to act, not a saga. What is
    made in the dashboard has no metadata of ours: Payments is asked whether a payment whose money has moved is ours.
    Raises 422 `invalid-request` if the event names its payment wrongly.
    """
    ids = (purchase_of(event), _text(event, PAYMENT_ID))
    if event.type == REFUND_FAILED and PURCHASE_ID in metadata(event):
        refund = _about(Refund, event)
        return PaymentEvent("refund-failed", refund.payment_intent, *ids, refund.id)
    if event.type in NOTICED:
        return _about(MovedMoney, event)
    if event.type not in SUCCEEDED | FAILED:
        return None
    intent = _about(PaymentIntent, event)
    if event.type in SUCCEEDED:
        return PaymentEvent("succeeded", intent.id, *ids)
    # A cancellation keeps the error of an earlier attempt: that charge has a saga already, the cancellation needs its
    # own.
    charge = _charge(intent.last_payment_error) if event.type == ATTEMPT_FAILED else None
    return PaymentEvent("failed", intent.id, *ids, charge or event.id)


def metadata(event: StripeEvent) -> Mapping[str, Any]:
    """What Payments has written on the object of an event; nothing where that is not ours, or of another form."""
    about = event.data.get("object") if isinstance(event.data, dict) else None
    given = about.get("metadata") if isinstance(about, dict) else None
    return given if isinstance(given, dict) else {}


def purchase_of(event: StripeEvent) -> str | None:
    """The purchase that the metadata of an event names, if that is in our form."""
    given = _text(event, PURCHASE_ID)
    return given if given and PURCHASE_ID_FORM.fullmatch(given) else None


def _text(event: StripeEvent, name: str) -> str | None:
    given = metadata(event).get(name)
    return given if isinstance(given, str) else None


def _about(kind: type[Part], event: StripeEvent) -> Part:
    data = event.data if isinstance(event.data, dict) else {}
    return _read(kind, data.get("object"), "event.data.object")


def _charge(error: object) -> str | None:
    """The charge that has failed: not every failure has one, and then the event's own id names its saga as well."""
    charge = error.get("charge") if isinstance(error, dict) else None
    return charge if isinstance(charge, str) and STRIPE_ID.fullmatch(charge) else None


def _read(kind: type[Part], value: object, where: str) -> Part:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        errors = [{"field": ".".join(map(str, (where, *e["loc"]))), "message": e["msg"]} for e in error.errors()]
        detail = "The event is signed, and not in the form that Stripe documents. Nothing is stored."
        raise INVALID_REQUEST.problem(detail, errors=errors) from error

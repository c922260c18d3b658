"""A PaymentIntent's life (Stripe's docs, "How PaymentIntents work"): every change of its status stands in this file.

requires_payment_method -> requires_confirmation -> requires_action -> processing -> succeeded | requires_capture.
A failed attempt goes back to requires_payment_method; succeeded and canceled are final. Each function refuses before it
writes; a decline alone is written and then told.
"""

from typing import NoReturn

from simulators.stripe import shapes
from simulators.stripe.call import Call, find_charge, new_id
from simulators.stripe.cards import BY_NAME, GENERIC, Card, Decline
from simulators.stripe.errors import StripeError, doc_url, invalid_request, unexpected_state
from simulators.stripe.events import emit
from simulators.stripe.models import Charge, Json, PaymentIntent
from simulators.stripe.money import readable
from simulators.stripe.store import announce

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action")
TIMERS = "timers"

AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure",
    "",
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt to fulfill this PaymentIntent again.",
)


def create(call: Call, given: Json) -> PaymentIntent:
    """A new PaymentIntent that waits for a payment method."""
    document = shapes.payment_intent(call, given)
    row = PaymentIntent(id=document["id"], created=call.second, document=document)
    call.session.add(row)
    emit(call, "payment_intent.created", row)
    return row


def attach(row: PaymentIntent, payment_method: str, card: Card) -> None:
    """Give the intent the card of its next attempt."""
    row.card = card.name
    row.change(payment_method=payment_method, status="requires_confirmation", next_action=None)


def check_confirmable(row: PaymentIntent) -> None:
    """Refuse unless the intent's status allows an attempt."""
    status = row.document["status"]
    if status in {"succeeded", "requires_capture"}:
        message = (
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
        )
        raise unexpected_state(message, row.document)
    if status not in CONFIRMABLE:
        _refuse(row, "confirm", "confirmed", CONFIRMABLE)


def confirm(call: Call, row: PaymentIntent, return_url: str | None) -> None:
    """Begin an attempt with the attached card; 402 if the card is declined at once."""
    card = _card(row)
    if card.authenticates:
        address = f"{call.base_url}/challenge/{row.id}?client_secret={row.document['client_secret']}"
        redirect = {"redirect_to_url": {"return_url": return_url, "url": address}, "type": "redirect_to_url"}
        row.change(status="requires_action", next_action=redirect)
        emit(call, "payment_intent.requires_action", row)
    elif card.processes:
        _process(call, row)
    elif card.decline:
        raise _decline(call, row, card, card.decline)
    else:
        _charge(call, row, card)


def authenticate(call: Call, row: PaymentIntent, *, approved: bool) -> None:
    """The buyer has answered the bank's page."""
    if row.document["status"] != "requires_action":
        _refuse(row, "authenticate", "authenticated", ("requires_action",))
    if approved:
        settle(call, row, succeeded=_card(row).decline is None)
    else:
        error = {
            "code": AUTHENTICATION_FAILED.code,
            "doc_url": doc_url(AUTHENTICATION_FAILED.code),
            "message": AUTHENTICATION_FAILED.message,
            "payment_method": shapes.payment_method(call, row.document["payment_method"], _card(row)),
            "type": "invalid_request_error",
        }
        _back_to_payment_method(call, row, error)


def check_processing(row: PaymentIntent) -> None:
    """Refuse unless the bank has still to answer."""
    if row.document["status"] != "processing":
        _refuse(row, "settle", "settled", ("processing",))


def settle(call: Call, row: PaymentIntent, *, succeeded: bool) -> None:
    """The bank has answered at last."""
    card = _card(row)
    row.settles_at = None
    if succeeded:
        _charge(call, row, card)
    else:
        _decline(call, row, card, card.decline or GENERIC)


def cancel(call: Call, row: PaymentIntent, reason: str | None) -> None:
    """Make it final without a payment; held funds are released, which is no refund."""
    if row.document["status"] not in CANCELABLE:
        _refuse(row, "cancel", "canceled", CANCELABLE)
    row.change(
        status="canceled",
        canceled_at=call.second,
        cancellation_reason=reason,
        amount_capturable=0,
        next_action=None,
    )
    emit(call, "payment_intent.canceled", row)


def expire(call: Call, row: PaymentIntent) -> None:
    """`capture_before` is over: the bank has given the funds up (Stripe's docs, "Place a hold on a payment method")."""
    if row.document["status"] != "requires_capture":
        _refuse(row, "expire", "expired", ("requires_capture",))
    cancel(call, row, "expired")
    emit(call, "charge.expired", find_charge(call, row.document["latest_charge"]))


def capture(call: Call, row: PaymentIntent, amount: int | None) -> None:
    """Take held funds: `amount` minor units or all; what is not taken is released, and shows nowhere as refunded.

    So it is since 2025-03-31.basil ("Partially capturing or canceling payments no longer creates a Refund", changelog).
    """
    if row.document["status"] != "requires_capture":
        status = row.document["status"]
        raise unexpected_state(
            f"This PaymentIntent could not be captured because it has a status of {status}. "
            "Only a PaymentIntent with one of the following statuses may be captured: requires_capture.",
            row.document,
        )
    taken = row.document["amount_capturable"] if amount is None else amount
    if taken > row.document["amount_capturable"]:
        most = readable(row.document["amount_capturable"], row.document["currency"])
        message = f"The amount_to_capture must be less than or equal to the capturable amount ({most})."
        raise invalid_request(message, code="amount_too_large", param="amount_to_capture")
    charge = find_charge(call, row.document["latest_charge"])
    charge.change(captured=True, amount_captured=taken, balance_transaction=new_id("txn"))
    emit(call, "charge.captured", charge)
    row.change(status="succeeded", amount_capturable=0, amount_received=taken)
    emit(call, "payment_intent.succeeded", row)


def _card(row: PaymentIntent) -> Card:
    if row.card is None:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method or ConfirmationToken."
        )
        raise unexpected_state(message, row.document)
    return BY_NAME[row.card]


def _process(call: Call, row: PaymentIntent) -> None:
    row.settles_at = call.now + call.processing_seconds
    row.change(status="processing", next_action=None, last_payment_error=None)
    emit(call, "payment_intent.processing", row)
    announce(call.session, TIMERS)


def _charge(call: Call, row: PaymentIntent, card: Card) -> None:
    held = row.document["capture_method"] == "manual"
    charge = _add_charge(call, row, card, None)
    row.change(
        status="requires_capture" if held else "succeeded",
        amount_capturable=row.document["amount"] if held else 0,
        amount_received=0 if held else row.document["amount"],
        latest_charge=charge.id,
        last_payment_error=None,
        next_action=None,
    )
    emit(call, "charge.succeeded", charge)
    emit(call, "payment_intent.amount_capturable_updated" if held else "payment_intent.succeeded", row)


def _decline(call: Call, row: PaymentIntent, card: Card, decline: Decline) -> StripeError:
    """Write the failed attempt; the 402 that tells of it is for the caller to raise, where anybody waits for it."""
    charge = _add_charge(call, row, card, decline)
    emit(call, "charge.failed", charge)
    error = shapes.card_error(call, row.document, card, decline, charge.id)
    row.change(latest_charge=charge.id)
    _back_to_payment_method(call, row, error)
    told = {name: value for name, value in error.items() if name not in {"type", "message", "code", "doc_url"}}
    return StripeError(402, "card_error", decline.message, code=decline.code, payment_intent=row.document, **told)


def _back_to_payment_method(call: Call, row: PaymentIntent, error: Json) -> None:
    row.card = None
    row.change(status="requires_payment_method", payment_method=None, next_action=None, last_payment_error=error)
    emit(call, "payment_intent.payment_failed", row)


def _add_charge(call: Call, row: PaymentIntent, card: Card, decline: Decline | None) -> Charge:
    document = shapes.charge(call, row.document, card, decline)
    charge = Charge(id=document["id"], created=call.second, document=document, payment_intent=row.id)
    call.session.add(charge)
    return charge


def _refuse(row: PaymentIntent, verb: str, done: str, statuses: tuple[str, ...]) -> NoReturn:
    message = (
        f"You cannot {verb} this PaymentIntent because it has a status of {row.document['status']}. "
        f"Only a PaymentIntent with one of the following statuses may be {done}: {', '.join(statuses)}."
    )
    raise unexpected_state(message, row.document)

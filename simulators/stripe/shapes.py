"""The documents of new objects, with the fields that the pinned API version shows."""

import time

from simulators.stripe.call import Call, new_id
from simulators.stripe.cards import Card, Decline
from simulators.stripe.errors import doc_url
from simulators.stripe.models import Charge, Json

# Seven days: how long a bank holds the funds of a payment that the customer began.
HOLD_SECONDS = 7 * 24 * 3600
# Seven days: the shortest time that card networks give a seller to answer a dispute.
ANSWER_SECONDS = 7 * 24 * 3600
# The cards' own date lies as far ahead as that of Stripe's test PaymentMethods.
EXPIRY_YEARS = 1

# What Stripe shows of a PaymentIntent to a browser, which has a publishable key and the client_secret.
PUBLIC_NAMES = (
    "id object amount amount_details automatic_payment_methods canceled_at cancellation_reason capture_method "
    "client_secret confirmation_method created currency description last_payment_error livemode next_action "
    "payment_method payment_method_types processing receipt_email setup_future_usage shipping source status"
)
PUBLIC = frozenset(PUBLIC_NAMES.split())


def public(intent: Json) -> Json:
    """What a browser may see of a PaymentIntent."""
    return {name: value for name, value in intent.items() if name in PUBLIC}


def payment_intent(call: Call, given: Json) -> Json:
    """A new PaymentIntent; `given` are the creator's fields as Stripe shows them."""
    identifier = new_id("pi")
    return {
        "id": identifier,
        "object": "payment_intent",
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "client_secret": new_id(f"{identifier}_secret"),
        "confirmation_method": "automatic",
        "created": call.second,
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        **given,
    }


def charge(call: Call, intent: Json, card: Card, decline: Decline | None) -> Json:
    """One attempt to charge the intent's amount to its card, captured unless the intent's capture is manual."""
    held = intent["capture_method"] == "manual" and not decline
    captured = not held and not decline
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if captured else 0,
        "amount_refunded": 0,
        "balance_transaction": new_id("txn") if captured else None,
        "billing_details": _nobody(),
        "captured": captured,
        "created": call.second,
        "currency": intent["currency"],
        "customer": None,
        "description": None,
        "disputed": False,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": _outcome(decline),
        "paid": not decline,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": {
            "type": "card",
            "card": card_response(call, card)
            | {"amount_authorized": intent["amount"], "network": card.brand, "three_d_secure": None}
            | ({"capture_before": call.second + HOLD_SECONDS} if held else {}),
        },
        "receipt_email": None,
        "refunded": False,
        "status": "failed" if decline else "succeeded",
    }


def refund(call: Call, charge: Charge, amount: int, given: Json) -> Json:
    """A refund of `amount` minor units of the charge."""
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": new_id("txn"),
        "charge": charge.id,
        "created": call.second,
        "currency": charge.document["currency"],
        "destination_details": {"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        "payment_intent": charge.payment_intent,
        "receipt_number": None,
        "status": "succeeded",
        **given,
    }


def dispute(call: Call, charge: Charge) -> Json:
    """A fraud dispute over what is left of the charge, which the seller has to answer."""
    taken = charge.document
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": taken["amount_captured"] - taken["amount_refunded"],
        "balance_transactions": [],
        "charge": charge.id,
        "created": call.second,
        "currency": taken["currency"],
        "evidence": {},
        "evidence_details": {
            "due_by": call.second + ANSWER_SECONDS,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge.payment_intent,
        "reason": "fraudulent",
        "status": "needs_response",
    }


def webhook_endpoint(call: Call, given: Json) -> Json:
    """A new endpoint, without the secret that only its creation shows."""
    return {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "application": None,
        "created": call.second,
        "livemode": False,
        "status": "enabled",
        **given,
    }


def signing_secret() -> str:
    """What signs an endpoint's events."""
    return new_id("whsec", 32)


def payment_method(call: Call, identifier: str, card: Card) -> Json:
    """The PaymentMethod that an error shows: the one which did not do."""
    return {
        "id": identifier,
        "object": "payment_method",
        "billing_details": _nobody(),
        "card": card_response(call, card),
        "created": call.second,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }


def card_error(call: Call, intent: Json, card: Card, decline: Decline, charge_id: str | None) -> Json:
    """A decline as `last_payment_error` and the 402 body tell it."""
    return {
        "charge": charge_id,
        "code": decline.code,
        "decline_code": decline.decline_code,
        "doc_url": doc_url(decline.code),
        "message": decline.message,
        "payment_method": payment_method(call, intent["payment_method"], card),
        "type": "card_error",
    }


def card_response(call: Call, card: Card) -> Json:
    """The card as Stripe shows it: never its number."""
    checked = "fail" if card.decline and card.decline.code == "incorrect_cvc" else "pass"
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": checked},
        "country": "US",
        "exp_month": 12,
        "exp_year": time.gmtime(call.second).tm_year + EXPIRY_YEARS,
        "funding": "debit" if card.name == "visa_debit" else "credit",
        "last4": card.last4,
        "wallet": None,
    }


def _nobody() -> Json:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": None, "name": None, "phone": None}


def _outcome(decline: Decline | None) -> Json:
    return {
        "network_status": "declined_by_network" if decline else "approved_by_network",
        "reason": decline.decline_code if decline else None,
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline."
        if decline
        else "Payment complete.",
        "type": "issuer_declined" if decline else "authorized",
    }

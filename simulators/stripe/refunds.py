"""Refunds: never more than what was captured and not given back yet."""

from simulators.stripe import shapes
from simulators.stripe.call import Call, existing, find, find_charge, new_id
from simulators.stripe.disputes import is_withdrawn
from simulators.stripe.errors import InvalidParameters, invalid_request, no_such
from simulators.stripe.events import emit
from simulators.stripe.models import Charge, Json, PaymentIntent, Refund
from simulators.stripe.money import readable


def create(call: Call, charge: Charge, amount: int | None, given: Json) -> Refund:
    """Give back `amount` minor units of the charge, or all that is left of it."""
    taken = charge.document
    left = taken["amount_captured"] - taken["amount_refunded"]
    _check_refundable(charge, left, amount, withdrawn=is_withdrawn(call, charge))
    document = shapes.refund(call, charge, left if amount is None else amount, given)
    row = Refund(
        id=document["id"],
        created=call.second,
        document=document,
        payment_intent=charge.payment_intent,
        charge=charge.id,
    )
    call.session.add(row)
    refunded = taken["amount_refunded"] + document["amount"]
    charge.change(amount_refunded=refunded, refunded=refunded == taken["amount_captured"])
    emit(call, "refund.created", row)
    emit(call, "charge.refunded", charge, {"amount_refunded": taken["amount_refunded"], "refunded": False})
    # The card network's reference comes after the refund itself; a test account gets it at once.
    before = row.document["destination_details"]
    reference = {"reference": "4242", "reference_status": "available", "reference_type": "acquirer_reference_number"}
    row.change(destination_details={"card": before["card"] | reference, "type": "card"})
    emit(call, "refund.updated", row, {"destination_details": before})
    return row


def of_id(call: Call, refund_id: str) -> Refund:
    """The refund of an id; 404 if there is none."""
    return existing(call, Refund, refund_id, no_such("refund", refund_id, "id"))


def fail(call: Call, row: Refund) -> Refund:
    """The buyer's bank cannot book the refund: the money comes back (Stripe's docs, "Refunds", failed refunds)."""
    if row.document["status"] != "succeeded":
        raise invalid_request(f"Refund {row.id} has failed already.", param="id")
    charge = find_charge(call, row.charge)
    charge.change(amount_refunded=charge.document["amount_refunded"] - row.document["amount"], refunded=False)
    row.change(status="failed", failure_reason="expired_or_canceled_card", failure_balance_transaction=new_id("txn"))
    emit(call, "refund.failed", row)
    emit(call, "refund.updated", row, {"status": "succeeded"})
    return row


def charge_to_refund(call: Call, charge_id: str | None, intent_id: str | None) -> Charge:
    """The charge that a refund names, itself or by its PaymentIntent."""
    if charge_id:
        return find_charge(call, charge_id, status=400)
    if not intent_id:
        raise InvalidParameters(
            "One of the following params should be provided for this request: payment_intent or charge."
        )
    intent = find(call, PaymentIntent, intent_id)
    if intent is None:
        raise no_such("payment_intent", intent_id, "payment_intent", status=400)
    latest = intent.document["latest_charge"]
    charge = find_charge(call, latest) if latest else None
    if charge is None or charge.document["status"] != "succeeded":
        message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
        raise invalid_request(message, param="payment_intent")
    return charge


def _check_refundable(charge: Charge, left: int, amount: int | None, *, withdrawn: bool) -> None:
    taken = charge.document
    if taken["status"] != "succeeded":
        raise invalid_request(f"Charge {charge.id} has failed and cannot be refunded.", param="charge")
    if not taken["captured"]:
        raise invalid_request(
            f"This uncaptured Charge was created by a PaymentIntent ({charge.payment_intent}). You must cancel the "
            "PaymentIntent to reverse the authorization instead of refunding the Charge directly.",
            param="charge",
        )
    if left == 0:
        message = f"Charge {charge.id} has already been refunded."
        raise invalid_request(message, code="charge_already_refunded", param="charge")
    if withdrawn:
        message = f"Charge {charge.id} has been charged back; cannot issue a refund."
        raise invalid_request(message, code="charge_disputed", param="charge")
    if amount is not None and amount > left:
        most = readable(left, taken["currency"])
        whole = "charge amount" if left == taken["amount"] else "unrefunded amount on charge"
        message = f"Refund amount ({readable(amount, taken['currency'])}) is greater than {whole} ({most})"
        raise invalid_request(message, param="amount")

"""Disputes: the buyer asks the bank for the money back (Stripe's docs, "Disputes and fraud")."""

from sqlalchemy import select

from simulators.stripe import shapes
from simulators.stripe.call import Call, existing, new_id
from simulators.stripe.errors import invalid_request, no_such
from simulators.stripe.events import emit
from simulators.stripe.models import Charge, Dispute


def create(call: Call, charge: Charge) -> Dispute:
    """Dispute what is left of a captured charge; the funds are withdrawn at once, and nothing is refunded."""
    taken = charge.document
    if not taken["captured"] or taken["disputed"] or taken["refunded"]:
        message = f"Charge {charge.id} cannot be disputed: it is not captured, disputed already, or refunded."
        raise invalid_request(message, param="charge")
    charge.change(disputed=True)
    document = shapes.dispute(call, charge)
    row = Dispute(
        id=document["id"],
        created=call.second,
        document=document,
        payment_intent=charge.payment_intent,
        charge=charge.id,
    )
    call.session.add(row)
    emit(call, "charge.dispute.created", row)
    emit(call, "charge.dispute.funds_withdrawn", row)
    return row


def of_id(call: Call, dispute_id: str) -> Dispute:
    """The dispute of an id; 404 if there is none."""
    return existing(call, Dispute, dispute_id, no_such("dispute", dispute_id, "id"))


def is_withdrawn(call: Call, charge: Charge) -> bool:
    """Whether the bank has the funds, for good or until it has decided."""
    of_charge = call.session.scalars(select(Dispute).where(Dispute.charge == charge.id))
    return any(row.document["status"] != "won" for row in of_charge)


def close(call: Call, row: Dispute, *, won: bool) -> Dispute:
    """The bank has decided: the seller gets the funds back, or the buyer keeps them. The charge stays disputed."""
    if row.document["status"] != "needs_response":
        raise invalid_request(f"This dispute is already closed: {row.id}.", param="id")
    row.change(status="won" if won else "lost")
    if won:
        funds = {"id": new_id("txn"), "amount": row.document["amount"], "currency": row.document["currency"]}
        row.change(balance_transactions=[*row.document["balance_transactions"], funds])
        emit(call, "charge.dispute.funds_reinstated", row)
    emit(call, "charge.dispute.closed", row)
    return row

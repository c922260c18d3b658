"""Disputes: the buyer asks the bank for the money back (Stripe's docs, "Disputes and fraud")."""

from services.stripe_simulator import shapes
from services.stripe_simulator.call import Call
from services.stripe_simulator.errors import invalid_request
from services.stripe_simulator.events import emit_of
from services.stripe_simulator.models import Charge, Json


def create(call: Call, charge: Charge) -> Json:
    """Dispute what is left of a captured charge; the funds are withdrawn at once, and nothing is refunded."""
    taken = charge.document
    if not taken["captured"] or taken["disputed"] or taken["refunded"]:
        message = f"Charge {charge.id} cannot be disputed: it is not captured, disputed already, or refunded."
        raise invalid_request(message, param="charge")
    charge.change(disputed=True)
    dispute = shapes.dispute(call, charge)
    emit_of(call, "charge.dispute.created", dispute)
    emit_of(call, "charge.dispute.funds_withdrawn", dispute)
    return dispute

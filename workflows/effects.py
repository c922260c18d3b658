"""How a step's effect is seen at its callee, whoever brought it about: what a `skip` is verified by."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps, ProjectsSteps, UsersSteps
    from domain.messages import DeliverCall, OffsetCall, PurchaseCall, RecordCall
    from domain.purchase import BuyerOffset, Payment, PaymentStatus, Reservation


@dataclass(frozen=True)
class Effect:
    """The step that reads the callee, what it is asked, and whether its answer shows the effect."""

    read: Callable[..., Any]
    arg: Any
    seen: Callable[[Any], bool]


def effect_of(step: str, arg: Any, key: str) -> Effect | None:
    """The effect of a step by its name, argument and key; None for a step that cannot be done by hand."""
    make = _EFFECTS.get(step)
    return make(arg, key) if make else None


def _canceled(payment: Payment) -> bool:
    return payment.status is PaymentStatus.CANCELED


def _captured(payment: Payment) -> bool:
    return payment.why_unpaid is None


def _refunded(payment: Payment) -> bool:
    return payment.amount_captured > 0 and payment.amount_kept <= 0


def _reserved(*states: str) -> Callable[[Reservation], bool]:
    return lambda row: row.status in states


def _delivery(call: DeliverCall, _key: str) -> Effect:
    offset = OffsetCall(payment_id=call.payment_id, buyer_id=call.order.buyer_id)
    return Effect(UsersSteps.look_at_offset, offset, lambda seen: _offset_is(seen, "delivered"))


def _offset_is(offset: BuyerOffset, status: str) -> bool:
    return offset.status == status


def _record(call: RecordCall, _key: str) -> Effect:
    purchase = PurchaseCall(purchase_id=call.order.purchase_id)
    return Effect(PaymentsSteps.find_payment, purchase, lambda payment: payment.outcome is not None)


_look = PaymentsSteps.look_at_payment
_row = ProjectsSteps.look_at_reservation

_EFFECTS: dict[str, Callable[[Any, str], Effect]] = {
    "cancel-payment": lambda call, _: Effect(_look, call, _canceled),
    "cancel-purchase-payment": lambda call, _: Effect(PaymentsSteps.find_payment, call, _canceled),
    "capture-payment": lambda call, _: Effect(_look, call, _captured),
    "refund-payment": lambda call, _: Effect(_look, call, _refunded),
    "commit-offset": lambda call, _: Effect(_row, call, _reserved("committed")),
    # Who closed a row has decided the purchase: only this saga's own close counts as its release.
    "release-offset": lambda call, key: Effect(_row, call, lambda row: row.status == "closed" and row.closed_by == key),
    "return-offset": lambda call, _: Effect(_row, call, _reserved("returned", "closed")),
    "deliver-offset": _delivery,
    "revoke-offset": lambda call, _: Effect(UsersSteps.look_at_offset, call, lambda seen: _offset_is(seen, "revoked")),
    "record-outcome": _record,
}

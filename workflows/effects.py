"""How the effect of a step is read at its callee, whoever caused it: a `skip` is verified by this."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps, ProjectsSteps, UsersSteps
    from activities.payments import recorded_end
    from domain.messages import DeliverCall, OffsetCall, PurchaseCall, RecordCall
    from domain.offset import BuyerOffset, OffsetStatus, Reservation
    from domain.offset import ReservationStatus as Status
    from domain.payment import Payment, PaymentStatus


@dataclass(frozen=True)
class Effect:
    """The step that reads the callee, what it is asked, and whether its answer shows the effect."""

    read: Callable[..., Any]
    arg: Any
    seen: Callable[[Any], bool]
    # What the step would have answered, by what the callee shows.
    answer: Callable[[Any], Any] = lambda shown: shown


def effect_of(step: Callable[..., Any], arg: Any, key: str) -> Effect | None:
    """The effect of a step by its method, argument and key; None for a step that cannot be done by hand."""
    make = _EFFECTS.get(step)
    return make(arg, key) if make else None


def _canceled(payment: Payment) -> bool:
    return payment.status is PaymentStatus.CANCELED


def _captured(payment: Payment) -> bool:
    return payment.why_unpaid is None


def _refunded(payment: Payment) -> bool:
    return payment.amount_captured > 0 and payment.amount_kept <= 0


def _reserved(*states: Status) -> Callable[[Reservation], bool]:
    return lambda row: row.status in states


def _closed_by(row: Reservation, key: str) -> bool:
    return row.status is Status.CLOSED and row.closed_by == key


def _delivery(call: DeliverCall, _key: str) -> Effect:
    offset = OffsetCall(payment_id=call.payment_id, buyer_id=call.order.buyer_id)
    return Effect(UsersSteps.retrieve_offset, offset, lambda seen: _offset_is(seen, OffsetStatus.DELIVERED))


def _offset_is(offset: BuyerOffset, status: OffsetStatus) -> bool:
    return offset.status is status


def _record(call: RecordCall, _key: str) -> Effect:
    purchase = PurchaseCall(purchase_id=call.order.purchase_id)
    return Effect(PaymentsSteps.find_payment, purchase, lambda payment: payment.outcome is not None, recorded_end)


_payment = PaymentsSteps.retrieve_payment
_row = ProjectsSteps.retrieve_reservation

_EFFECTS: dict[Callable[..., Any], Callable[[Any, str], Effect]] = {
    PaymentsSteps.cancel_payment: lambda call, _: Effect(_payment, call, _canceled),
    PaymentsSteps.cancel_payment_of: lambda call, _: Effect(PaymentsSteps.find_payment, call, _canceled),
    PaymentsSteps.capture_payment: lambda call, _: Effect(_payment, call, _captured),
    PaymentsSteps.refund_payment: lambda call, _: Effect(_payment, call, _refunded),
    ProjectsSteps.commit_offset: lambda call, _: Effect(_row, call, _reserved(Status.COMMITTED)),
    # Whoever closed the row has decided the purchase, so only a row that this saga closed counts as its release.
    ProjectsSteps.release_offset: lambda call, key: Effect(_row, call, lambda row: _closed_by(row, key)),
    ProjectsSteps.restock_offset: lambda call, _: Effect(_row, call, _reserved(Status.RETURNED, Status.CLOSED)),
    UsersSteps.deliver_offset: _delivery,
    UsersSteps.revoke_offset: lambda call, _: Effect(
        UsersSteps.retrieve_offset, call, lambda seen: _offset_is(seen, OffsetStatus.REVOKED)
    ),
    PaymentsSteps.record_outcome: _record,
}

"""What must hold for one purchase. The recorded outcome is the truth; every other store is compared with it."""

from collections.abc import Iterator

from audit.rules.findings import Finding, Rule, Side, fault, note, parked
from audit.rules.records import Case, Items, NoticeEntry, PaymentEntry, SagaRecord, State
from domain.messages import purchase_workflow_id
from domain.money import format_amount
from domain.offset import ReservationStatus
from domain.payment import PaymentStatus
from domain.purchase import PurchaseStatus

ATTEMPT_FAILED = "payment.attempt_failed"


def examine(case: Case) -> list[Finding]:
    """All that is to be known of a purchase; empty where everything adds up."""
    return list(_examine(case))


def _examine(case: Case) -> Iterator[Finding]:
    if case.payment is None:
        yield from _unknown(case)
        return
    yield from _parked(case)
    yield from _same_order(case, case.payment)
    yield from _notified(case, case.payment)
    if case.outcome is None:
        yield from _open(case, case.payment)
    elif case.outcome is PurchaseStatus.PAID:
        yield from _paid(case, case.payment)
    else:
        yield from _undone(case, case.payment)
    if case.payment.disputed:
        decided = "has decided a dispute of the charge; how, the provider tells"
        says = "disputes the charge; see to it at the provider" if case.payment.disputes_open else decided
        yield note(case, Rule.DISPUTED, f"the buyer's bank {says}")


# ---- a purchase that Payments does not know -------------------------------------------------------------------------


def _unknown(case: Case) -> Iterator[Finding]:
    if case.reservation:
        yield fault(case, Rule.ORPHAN, Side.PROJECTS, f"has a {case.reservation.status} row of an unknown payment")
    if case.offset:
        owner = case.offset.user_id
        yield fault(case, Rule.ORPHAN, Side.USERS, f"{owner} owns offset of an unknown payment")
    for notice in case.notices:
        yield fault(case, Rule.ORPHAN, Side.NOTIFIER, f"{notice.type} tells of an unknown purchase")
    if case.main and (case.main.broke_off or case.main.state is State.FAILED):
        yield _gone(case, case.main, "before its payment was known")


# ---- an open purchase -----------------------------------------------------------------------------------------------


def _parked(case: Case) -> Iterator[Finding]:
    waiting = [saga for saga in case.sagas if saga.runs and saga.parked]
    # A follow-up that is parked shows on its purchase as well: name the saga that can be resolved.
    for saga in [saga for saga in waiting if saga is not case.main] or waiting:
        yield parked(case, saga.workflow_id)


def _open(case: Case, payment: PaymentEntry) -> Iterator[Finding]:
    if case.main is None:
        own = purchase_workflow_id(payment.purchase_id)
        yield fault(case, Rule.SAGA_GONE, Side.TEMPORAL, f"{own} is not known, and the purchase is open", own)
    elif case.main.state is State.COMPLETED:
        says = f"no outcome is recorded, though {case.main.workflow_id} has completed"
        yield fault(case, Rule.NOT_RECORDED, Side.PAYMENTS, says, case.main.workflow_id)
    elif not case.main.runs:
        yield _gone(case, case.main, "and the purchase is open")
    for saga in case.follow_ups:
        if saga.broke_off:
            yield _gone(case, saga, "and the purchase is open")
    if case.offset and payment.amount_captured != payment.amount:
        says = f"{_charged(payment)} is charged for offset that is delivered"
        yield fault(case, Rule.NOT_CHARGED, Side.PAYMENTS, says)


def _gone(case: Case, saga: SagaRecord, how: str) -> Finding:
    verb = "has" if saga.state is State.FAILED else "was"
    # A saga that failed by itself would only fail again.
    mend = f"; mend it with: flask purchases repair {saga.workflow_id}" if saga.state is State.TERMINATED else ""
    says = f"{saga.workflow_id} {verb} {saga.state}, {how}{mend}"
    return fault(case, Rule.SAGA_GONE, Side.TEMPORAL, says, saga.workflow_id)


# ---- a purchase that has ended --------------------------------------------------------------------------------------


def _paid(case: Case, payment: PaymentEntry) -> Iterator[Finding]:
    if payment.amount_captured != payment.amount:
        says = f"{_charged(payment)} is charged; the purchase is recorded as paid"
        yield fault(case, Rule.NOT_CHARGED, Side.PAYMENTS, says)
    if payment.amount_refunded > 0:
        yield _refunded(case, payment)
    if payment.amount_kept < 0:
        yield _twice(case, payment)
    if case.reservation is None or case.reservation.status is not ReservationStatus.COMMITTED:
        says = f"{_row(case)}; the purchase is recorded as paid"
        yield fault(case, Rule.NOT_SOLD, Side.PROJECTS, says)
    if case.offset is None:
        says = f"{payment.buyer_id} does not own the offset; the purchase is recorded as paid"
        yield fault(case, Rule.NOT_DELIVERED, Side.USERS, says)


def _refunded(case: Case, payment: PaymentEntry) -> Finding:
    """Money of a delivered purchase is back."""
    back = f"{_money(payment, payment.amount_refunded)} of {_money(payment, payment.amount)} was refunded"
    if payment.refunded_by:
        says = f"{back} by {payment.refunded_by}; the purchase is recorded as paid"
        return fault(case, Rule.REFUNDED, Side.PAYMENTS, says)
    if payment.was_back_before_delivery:
        return fault(case, Rule.BACK_BEFORE, Side.PAYMENTS, f"{back} by hand before the offset was delivered")
    return note(case, Rule.BY_HAND, f"{back} by hand; the offset stays delivered")


def _twice(case: Case, payment: PaymentEntry) -> Finding:
    back = " and ".join(
        (f"{_money(payment, payment.amount_refunded)} refunded", f"{_money(payment, payment.amount_disputed)} disputed")
    )
    says = f"{back} of {_money(payment, payment.amount_captured)}: more is back than was charged"
    return fault(case, Rule.BACK_TWICE, Side.PAYMENTS, says)


def _undone(case: Case, payment: PaymentEntry) -> Iterator[Finding]:
    recorded = f"the purchase is recorded as {case.outcome}"
    if payment.amount_kept > 0:
        yield from _kept(case, payment)
    elif payment.amount_kept < 0:
        yield _twice(case, payment)
    elif payment.amount_captured == 0 and payment.status is not PaymentStatus.CANCELED:
        held = "authorised" if payment.status is PaymentStatus.PAID else payment.status
        yield fault(case, Rule.PAYABLE, Side.PAYMENTS, f"the payment is {held}, not canceled; {recorded}")
    elif payment.amount_captured > 0 and case.outcome is not PurchaseStatus.REFUNDED:
        yield note(
            case, Rule.BY_HAND, f"{_money(payment, payment.amount_captured)} was charged and is back; {recorded}"
        )
    if case.reservation and case.reservation.status in {ReservationStatus.RESERVED, ReservationStatus.COMMITTED}:
        rule = Rule.HELD if case.reservation.status is ReservationStatus.RESERVED else Rule.SOLD
        yield fault(case, rule, Side.PROJECTS, f"{_row(case)}; {recorded}")
    if case.offset:
        yield fault(case, Rule.DELIVERED, Side.USERS, f"{case.offset.user_id} owns the offset; {recorded}")


def _kept(case: Case, payment: PaymentEntry) -> Iterator[Finding]:
    """Money is kept that should have gone back; a RefundFailed may already take care of it."""
    kept = payment.amount_kept
    again = [saga for saga in case.follow_ups if saga.refunds_again]
    if again and all(saga.state is State.COMPLETED for saga in again):
        says = f"the bank has failed a refund; {_money(payment, kept)} was paid back by another way"
        yield note(case, Rule.REFUND_FAILED, says)
    elif not any(saga.runs for saga in again):
        says = f"{_money(payment, kept)} is charged; the purchase is recorded as {case.outcome}"
        yield fault(case, Rule.CHARGED, Side.PAYMENTS, says)


# ---- what every store has of the order, and what was published ------------------------------------------------------


def _same_order(case: Case, payment: PaymentEntry) -> Iterator[Finding]:
    row, offset = case.reservation, case.offset
    # A tombstone has no items: it holds and sells nothing.
    if row and row.items and (_kinds(row.items), row.amount, row.currency) != _wanted(payment):
        yield fault(case, Rule.DIFFERS, Side.PROJECTS, "the reservation is for other items or another price")
    if offset and _kinds(offset.items) != _kinds(payment.items):
        yield fault(case, Rule.DIFFERS, Side.USERS, "the buyer's offset has other items")
    if offset and (offset.user_id, offset.purchase_id) != (payment.buyer_id, payment.purchase_id):
        says = f"the offset is {offset.user_id}'s for purchase {offset.purchase_id}; the order is {payment.buyer_id}'s"
        yield fault(case, Rule.DIFFERS, Side.USERS, says)


def _notified(case: Case, payment: PaymentEntry) -> Iterator[Finding]:
    final = [notice for notice in case.notices if notice.type != ATTEMPT_FAILED]
    published = ", ".join(notice.type for notice in final)
    wanted = _wanted_notice(case.outcome)
    recorded = f"the purchase is recorded as {case.outcome}"
    if len(final) > 1:
        yield fault(case, Rule.NOTIFIED_TWICE, Side.NOTIFIER, f"more than one end was published: {published}")
    elif wanted and not final:
        yield fault(case, Rule.NOT_NOTIFIED, Side.NOTIFIER, f"no {wanted} was published; {recorded}")
    elif case.outcome and final and published != wanted:
        yield fault(case, Rule.NOTIFIED_WRONGLY, Side.NOTIFIER, f"{published} was published; {recorded}")
    for notice in case.notices:
        if not _has_the_order(notice, payment):
            yield fault(case, Rule.DIFFERS, Side.NOTIFIER, f"{notice.type} tells another order")


def _wanted_notice(outcome: PurchaseStatus | None) -> str | None:
    if outcome in {None, PurchaseStatus.REJECTED}:
        return None
    return "payment.success" if outcome is PurchaseStatus.PAID else f"payment.{outcome}"


def _has_the_order(notice: NoticeEntry, payment: PaymentEntry) -> bool:
    data = notice.data
    published = [data.get(name) for name in ("payment_id", "buyer_id", "amount", "currency")]
    items = data.get("items")
    same_items = isinstance(items, list) and {_kind(item) for item in items} == _kinds(payment.items)
    return same_items and published == [payment.payment_id, payment.buyer_id, payment.amount, payment.currency]


def _kind(item: object) -> tuple[object, ...]:
    if not isinstance(item, dict):
        return ()
    return item.get("project_id"), item.get("milestone_id"), item.get("quantity")


def _wanted(payment: PaymentEntry) -> tuple[object, ...]:
    return _kinds(payment.items), payment.amount, payment.currency


def _kinds(items: Items) -> set[tuple[object, ...]]:
    return {(item.project_id, item.milestone_id, item.quantity) for item in items}


def _charged(payment: PaymentEntry) -> str:
    return f"{_money(payment, payment.amount_captured)} of {_money(payment, payment.amount)}"


def _row(case: Case) -> str:
    return f"the reservation is {case.reservation.status}" if case.reservation else "there is no reservation"


def _money(payment: PaymentEntry, amount: int | None) -> str:
    return format_amount(amount or 0, payment.currency or "")

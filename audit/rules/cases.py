"""The entries of every store, brought together by purchase."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from audit.rules.records import Case, NoticeEntry, OffsetEntry, PaymentEntry, ReservationEntry, SagaRecord
from domain.messages import PURCHASE_ID_PREFIX


def gather(
    payments: Iterable[PaymentEntry],
    reservations: Mapping[str, ReservationEntry],
    offsets: Mapping[str, OffsetEntry],
    notices: Iterable[NoticeEntry],
    sagas: Iterable[SagaRecord],
) -> list[Case]:
    """The entries of every store by purchase; what belongs to no payment becomes a case of its own."""
    by_purchase: dict[str, list[NoticeEntry]] = defaultdict(list)
    for notice in notices:
        by_purchase[notice.purchase_id].append(notice)
    own = {saga.workflow_id: saga for saga in sagas if saga.workflow_id.startswith(PURCHASE_ID_PREFIX)}
    following: dict[str, list[SagaRecord]] = defaultdict(list)
    for saga in sagas:
        if saga.workflow_id not in own and saga.payment_id:
            following[saga.payment_id].append(saga)

    def case(purchase_id: str | None, payment_id: str | None, payment: PaymentEntry | None) -> Case:
        main = own.get(f"{PURCHASE_ID_PREFIX}{purchase_id}")
        return Case(
            purchase_id=purchase_id,
            payment_id=payment_id,
            payment=payment,
            reservation=reservations.get(payment_id or ""),
            offset=offsets.get(payment_id or ""),
            notices=tuple(by_purchase.get(purchase_id or "", ())),
            sagas=(*([main] if main else []), *following.get(payment_id or "", ())),
        )

    cases = [case(payment.purchase_id, payment.payment_id, payment) for payment in payments]
    known_purchases = {each.purchase_id for each in cases}
    known_payments = {each.payment_id for each in cases}
    unknown_payments = (reservations.keys() | offsets.keys()) - known_payments
    unknown_purchases = (by_purchase.keys() | {saga.removeprefix(PURCHASE_ID_PREFIX) for saga in own}) - known_purchases
    cases += [case(None, payment_id, None) for payment_id in sorted(unknown_payments)]
    cases += [case(purchase_id, None, None) for purchase_id in sorted(unknown_purchases)]
    return cases

"""A purchase as its buyer sees it: put together from its saga while it is open, from its record afterwards."""

from datetime import datetime

from app.schemas import EntryShown, ItemShown, PurchaseShown
from domain.messages import PurchaseView
from domain.ports import Payments
from domain.purchase import Order, Payment, PurchaseStatus, TimelineEntry
from engine.loop import LoopThread
from engine.sagas import PurchaseSaga, Sagas

# 4 s: twice what an answer from its own record takes Payments on a bad day.
RECORD_TIMEOUT_S = 4.0


class Reader:
    """Reads purchases; never asks the provider, and needs no worker."""

    def __init__(self, loop: LoopThread, sagas: Sagas, payments: Payments) -> None:
        self._loop = loop
        self._sagas = sagas
        self._payments = payments

    def one(self, purchase_id: str, buyer_id: str) -> PurchaseShown | None:
        """The purchase, or None if there is none or it is another buyer's."""
        saga = self._sagas.purchase(purchase_id)
        if saga and saga.running:
            return _open(saga, self._sagas.view(purchase_id)) if saga.order.buyer_id == buyer_id else None
        payment = self._record(purchase_id)
        return _recorded(payment) if payment and payment.buyer_id == buyer_id else None

    def knows(self, purchase_id: str) -> bool:
        """Whether the purchase has been begun, by its saga or, when that is forgotten, by its record."""
        return bool(self._sagas.purchase(purchase_id) or self._record(purchase_id))

    def page(self, buyer_id: str, limit: int, cursor: str | None) -> tuple[list[PurchaseShown], str | None]:
        """A page of a buyer's purchases, newest first, and the next page's cursor."""
        payments, next_cursor = self._loop.run(self._payments.list(buyer_id, limit, cursor), RECORD_TIMEOUT_S)
        return [self._row(payment) for payment in payments], next_cursor

    def _record(self, purchase_id: str) -> Payment | None:
        return self._loop.run(self._payments.find(purchase_id), RECORD_TIMEOUT_S)

    def _row(self, payment: Payment) -> PurchaseShown:
        saga = None if payment.outcome else self._sagas.purchase(payment.purchase_id)
        return _open(saga, None) if saga else _recorded(payment)


def _open(saga: PurchaseSaga, view: PurchaseView | None) -> PurchaseShown:
    entries = view.timeline if view else (TimelineEntry(at=saga.created_at, event="opening"),)
    return _shown(
        saga.order,
        created_at=saga.created_at,
        payment_id=view.payment_id if view else saga.payment_id,
        status=view.status if view else saga.status,
        reason=view.reason if view else None,
        expires_at=saga.expires_at,
        timeline=entries,
    )


def _recorded(payment: Payment) -> PurchaseShown:
    outcome = payment.outcome
    timeline = outcome.timeline if outcome else ()
    answer = (outcome.answer if outcome else None) or {}
    expires_at = answer.get("expires_at")
    return _shown(
        payment.order,
        # The record knows when the saga began, which is what was shown while it was open.
        created_at=timeline[0].at if timeline else payment.created_at,
        payment_id=payment.payment_id,
        # Without saga and record somebody has ended the saga by force: a human must look.
        status=outcome.status if outcome else PurchaseStatus.NEEDS_ATTENTION,
        reason=outcome.reason if outcome else None,
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        timeline=timeline,
    )


def _shown(  # noqa: PLR0913 - one argument for each thing that saga and record tell in two ways
    order: Order,
    *,
    created_at: datetime,
    payment_id: str | None,
    status: PurchaseStatus,
    reason: str | None,
    expires_at: datetime | None,
    timeline: tuple[TimelineEntry, ...],
) -> PurchaseShown:
    return PurchaseShown(
        purchase_id=order.purchase_id,
        payment_id=payment_id,
        status=status,
        reason=reason,
        items=[ItemShown(**item.model_dump()) for item in order.items],
        amount=order.amount,
        currency=order.currency,
        created_at=created_at,
        expires_at=expires_at,
        timeline=[EntryShown(at=entry.at, event=entry.event, detail=entry.detail) for entry in timeline],
    )

"""A purchase as its buyer sees it: put together from its saga while it is open, from its record afterwards."""

from datetime import datetime

from app.responses import PurchaseResponse
from domain.messages import PurchaseView
from domain.ports import Payments
from domain.purchase import Payment, PurchaseStatus
from engine.purchases import Purchases
from engine.sagas import PurchaseSaga
from lib.portal import Portal

# 4 s: twice what an answer from its own record takes Payments on a bad day.
RECORD_TIMEOUT_S = 4.0


class Reader:
    """Reads purchases; never asks the provider, and needs no worker."""

    def __init__(self, portal: Portal, purchases: Purchases, payments: Payments) -> None:
        self._portal = portal
        self._purchases = purchases
        self._payments = payments

    def one(self, purchase_id: str, buyer_id: str) -> PurchaseResponse | None:
        """The purchase, or None if there is none or it is another buyer's."""
        saga = self._saga(purchase_id)
        if saga and saga.running:
            return PurchaseResponse.of(saga.view) if saga.view.order.buyer_id == buyer_id else None
        payment = self._record(purchase_id)
        return PurchaseResponse.of(recorded(payment)) if payment and payment.buyer_id == buyer_id else None

    def knows(self, purchase_id: str) -> bool:
        """Whether the purchase has been begun, by its saga or, when that is forgotten, by its record."""
        return bool(self._saga(purchase_id, ask_worker=False) or self._record(purchase_id))

    def owns(self, purchase_id: str, buyer_id: str) -> bool:
        """Whether the purchase is this buyer's."""
        if saga := self._saga(purchase_id, ask_worker=False):
            return saga.view.order.buyer_id == buyer_id
        payment = self._record(purchase_id)
        return payment is not None and payment.buyer_id == buyer_id

    def page(self, buyer_id: str, limit: int, cursor: str | None) -> tuple[list[PurchaseResponse], str | None]:
        """A page of a buyer's purchases, newest first, and the next page's cursor."""
        payments, next_cursor = self._portal.run(self._payments.list(buyer_id, limit, cursor), RECORD_TIMEOUT_S)
        return [PurchaseResponse.of(self._row(payment)) for payment in payments], next_cursor

    def _saga(self, purchase_id: str, *, ask_worker: bool = True) -> PurchaseSaga | None:
        return self._portal.run(self._purchases.read(purchase_id, ask_worker=ask_worker))

    def _record(self, purchase_id: str) -> Payment | None:
        return self._portal.run(self._payments.find(purchase_id), RECORD_TIMEOUT_S)

    def _row(self, payment: Payment) -> PurchaseView:
        saga = None if payment.outcome else self._saga(payment.purchase_id, ask_worker=False)
        # A list shows where a purchase stands and not how it came there.
        return saga.view if saga else recorded(payment)


def recorded(payment: Payment) -> PurchaseView:
    """A purchase of which only the record is left."""
    outcome = payment.outcome
    timeline = outcome.timeline if outcome else ()
    answer = (outcome.answer if outcome else None) or {}
    expires_at = answer.get("expires_at")
    return PurchaseView(
        order=payment.order,
        # Without saga and record somebody has ended the saga by force: a human must look.
        status=outcome.status if outcome else PurchaseStatus.NEEDS_ATTENTION,
        reason=outcome.reason if outcome else None,
        payment_id=payment.payment_id,
        # The record knows when the saga began, which is what was shown while it was open.
        created_at=timeline[0].at if timeline else payment.created_at,
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        timeline=timeline,
    )

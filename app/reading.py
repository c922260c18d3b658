"""A purchase as its buyer sees it: put together from its saga while it is open, from its record afterwards."""

import asyncio
from datetime import datetime

from app.responses import PurchaseResponse
from domain.messages import PurchaseView
from domain.payment import Payment
from domain.ports import Payments
from domain.purchase import PurchaseStatus
from engine.purchases import Purchases

# 4 s: twice what an answer from its own record takes Payments on a bad day.
RECORD_TIMEOUT_S = 4.0


class Reader:
    """Reads purchases; never asks the provider, and needs no worker. Raises Unavailable or TimeoutError."""

    def __init__(self, purchases: Purchases, payments: Payments) -> None:
        self._purchases = purchases
        self._payments = payments

    async def one(self, purchase_id: str, buyer_id: str) -> PurchaseResponse | None:
        """The purchase, or None if there is none or it is another buyer's."""
        saga = await self._purchases.read(purchase_id)
        if saga and saga.running:
            return PurchaseResponse.of(saga.view) if saga.view.order.buyer_id == buyer_id else None
        payment = await self._record(purchase_id)
        return PurchaseResponse.of(recorded(payment)) if payment and payment.buyer_id == buyer_id else None

    async def owns(self, purchase_id: str, buyer_id: str) -> bool:
        """Whether the purchase is this buyer's."""
        if saga := await self._purchases.read(purchase_id, ask_worker=False):
            return saga.view.order.buyer_id == buyer_id
        payment = await self._record(purchase_id)
        return payment is not None and payment.buyer_id == buyer_id

    async def page(self, buyer_id: str, limit: int, cursor: str | None) -> tuple[list[PurchaseResponse], str | None]:
        """A page of a buyer's purchases, newest first, and the next page's cursor."""
        async with asyncio.timeout(RECORD_TIMEOUT_S):
            payments, next_cursor = await self._payments.list(buyer_id, limit, cursor)
        # All at once: a page is short, and a buyer has few purchases open.
        views = await asyncio.gather(*map(self._row, payments))
        return [PurchaseResponse.of(view) for view in views], next_cursor

    async def _record(self, purchase_id: str) -> Payment | None:
        async with asyncio.timeout(RECORD_TIMEOUT_S):
            return await self._payments.find(purchase_id)

    async def _row(self, payment: Payment) -> PurchaseView:
        saga = None if payment.outcome else await self._purchases.read(payment.purchase_id, ask_worker=False)
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
        # Neither saga nor record: somebody has terminated the saga, and an operator has to act.
        status=outcome.status if outcome else PurchaseStatus.NEEDS_ATTENTION,
        reason=outcome.reason if outcome else None,
        payment_id=payment.payment_id,
        # The first entry is when the saga began, which was shown as `created_at` while it was open.
        created_at=timeline[0].at if timeline else payment.created_at,
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        timeline=timeline,
    )

"""A saga that follows an event of a payment: it reads the order from Payments, and signals the purchase."""

import asyncio
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import Progress, PurchaseResult, SagaEnd
    from domain.payment import Payment
    from domain.purchase import Order, PurchaseStatus
    from workflows import policies
    from workflows.attributes import BUYER_ID, PROJECT_ID
    from workflows.saga import Saga


class FollowUp(Saga):
    """What PaymentSuccess, PaymentFailed and RefundFailed share."""

    def __init__(self, status: PurchaseStatus, payment_id: str) -> None:
        super().__init__(status)
        self.payment_id = payment_id
        self.order: Order | None = None
        # The note that the purchase shows while this saga goes on; empty where its status says enough.
        self.goes_on = ""
        self._signaling: asyncio.Task[None] | None = None

    def know_order(self, payment: Payment) -> Order:
        """Keep the payment's order, and let operators find the saga by it."""
        self.order = order = payment.order
        projects = sorted({item.project_id for item in order.items})
        self.details.find_by(BUYER_ID.value_set(order.buyer_id), PROJECT_ID.value_set(projects))
        return order

    def about(self) -> str:
        """The payment, and its order once that is known."""
        paid = f", of {self.order.about()}" if self.order else ""
        return f"Payment `{self.payment_id}`{paid}"

    def end_quietly(self, why: str) -> SagaEnd:
        """End, for there is nothing to decide."""
        self.details.leave(why)
        return SagaEnd(note=why)

    async def complete_purchase(
        self, order: Order, status: PurchaseStatus, reason: str | None = None, amount_refunded: int | None = None
    ) -> SagaEnd:
        """Tell the purchase how it ended, so that it publishes that; for one that is gone this saga does."""
        self.details.show(status)
        result = PurchaseResult(
            payment_id=self.payment_id,
            status=status,
            reason=reason,
            timeline=tuple(self.details.timeline),
            amount_refunded=amount_refunded,
        )
        if not await self.signal(order.purchase_id, result):
            await self.publish_end(self.payment_id, order, result)
        return SagaEnd(status=status, note=reason or "")

    def waits(self) -> None:
        """The purchase shows a saga that is under way for longer than a person notices."""
        if self.goes_on and self._signaling is None:
            self._signaling = asyncio.create_task(self._signal_once_noticed())

    async def _signal_once_noticed(self) -> None:
        unnoticed = policies.NOTICED - (workflow.now() - workflow.info().workflow_start_time)
        await workflow.sleep(max(unnoticed, timedelta()), summary="until somebody notices the saga")
        # A saga that is parked or has ended tells that itself.
        if self.details.status is PurchaseStatus.PROCESSING:
            await self.signal_resumed()

    def goes_on_with(self, what: str) -> None:
        """What the purchase shows of the saga from its next wait on."""
        self.goes_on = what
        self._signaling = None

    async def signal_parked(self, why: str) -> None:
        """A parked saga of any kind shows on its purchase."""
        await self._signal_progress(PurchaseStatus.NEEDS_ATTENTION, why)

    async def signal_resumed(self) -> None:
        """Let the purchase show that this saga goes on."""
        await self._signal_progress(self.details.status, self.goes_on)

    async def _signal_progress(self, status: PurchaseStatus, note: str) -> None:
        """Signal the purchase to which the payment belongs by Payments' record.

        Until Payments has answered the purchase is not known: operators find the saga by its payment, and the purchase
        asks Payments itself at its deadline.
        """
        if self.order:
            await self.signal(self.order.purchase_id, Progress(payment_id=self.payment_id, status=status, note=note))

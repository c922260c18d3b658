"""A saga that follows an event of a payment: it learns the order from Payments, and shows on the purchase."""

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
        # What the purchase shows of the saga, unless it is parked; empty where its status says all.
        self.goes_on = ""
        self._telling: asyncio.Task[None] | None = None

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

    async def tell_end(
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
        if not await self.tell(order.purchase_id, result):
            await self.publish_end(self.payment_id, order, result)
        return SagaEnd(status=status, note=reason or "")

    def waits(self) -> None:
        """The purchase shows a saga that is under way for longer than a person notices."""
        if self.goes_on and self._telling is None:
            self._telling = asyncio.create_task(self._tell_once_noticed())

    async def _tell_once_noticed(self) -> None:
        unnoticed = policies.NOTICED - (workflow.now() - workflow.info().workflow_start_time)
        await workflow.sleep(max(unnoticed, timedelta()), summary="until somebody notices the saga")
        # A saga that is parked or has ended tells that itself.
        if self.details.status is PurchaseStatus.PROCESSING:
            await self.tell_resumed()

    def goes_on_with(self, what: str) -> None:
        """What the purchase shows of the saga from its next wait on."""
        self.goes_on = what
        self._telling = None

    async def tell_parked(self, why: str) -> None:
        """A parked saga of any kind shows on its purchase."""
        await self._tell_progress(PurchaseStatus.NEEDS_ATTENTION, why)

    async def tell_resumed(self) -> None:
        """The purchase is on its way again."""
        await self._tell_progress(self.details.status, self.goes_on)

    async def _tell_progress(self, status: PurchaseStatus, note: str) -> None:
        """Tell the purchase that the payment is of by Payments' record.

        As long as Payments has not answered nobody can know it: operators find the saga by its payment, and the
        purchase asks Payments itself at its deadline.
        """
        if self.order:
            await self.tell(self.order.purchase_id, Progress(payment_id=self.payment_id, status=status, note=note))

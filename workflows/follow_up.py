"""A saga that follows an event of a payment: it reads the order from Payments, and signals the purchase."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import Progress, SagaEnd
    from domain.payment import Payment
    from domain.purchase import Order, PurchaseStatus
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

    def know_order(self, payment: Payment) -> Order:
        """Keep the payment's order, and let operators find the saga by it."""
        self.order = order = payment.order
        projects = sorted({item.project_id for item in order.items})
        workflow.upsert_search_attributes([BUYER_ID.value_set(order.buyer_id), PROJECT_ID.value_set(projects)])
        return order

    def about(self) -> str:
        """The payment, and its order once that is known."""
        paid = f", of {self.order.about()}" if self.order else ""
        return f"Payment `{self.payment_id}`{paid}"

    def end_quietly(self, why: str) -> SagaEnd:
        """End, for there is nothing to decide."""
        self.details.leave(why)
        return SagaEnd(note=why)

    async def signal_parked(self, why: str) -> None:
        """Let the purchase show that this saga is parked."""
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

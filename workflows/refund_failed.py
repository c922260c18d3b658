"""RefundFailed: the bank has failed a refund days after it was done; only a human can get the money to the buyer."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps
    from domain.errors import Refused
    from domain.messages import PaymentCall, RefundFailedInput, SagaEnd
    from domain.money import format_amount
    from domain.purchase import PurchaseStatus
    from workflows.follow_up import FollowUp
    from workflows.parking import Reason, Skip
    from workflows.saga import heeds_cancellation


async def _operators_word() -> None:
    """A skip needs no proof: no callee shows a bank transfer, so the operator's word counts."""


PAID_BY_ANOTHER_WAY = Skip("The buyer has been paid by another way; the saga ends.", _operators_word)


@workflow.defn(name="RefundFailed")
class RefundFailed(FollowUp):
    """What follows when a bank fails a refund; the purchase's outcome stays `refunded`."""

    @workflow.init
    def __init__(self, start: RefundFailedInput) -> None:
        super().__init__(PurchaseStatus.REFUNDED, start.payment_id)
        self.refund_id = start.refund_id
        self.parking.compensable = False

    @workflow.run
    @heeds_cancellation
    async def run(self, start: RefundFailedInput) -> SagaEnd:  # noqa: ARG002 - __init__ has read it
        """Park until the buyer has the money, by another refund or by another way."""
        why = f"The bank has failed refund {self.refund_id}: {await self._owed()} is owed to the buyer"
        while not (await self.parking.park(Reason.REFUND_FAILED, why, PAID_BY_ANOTHER_WAY)).skipped:
            try:
                await self.steps.take(
                    PaymentsSteps.refund_payment,
                    PaymentCall(payment_id=self.payment_id),
                    summary=f"Refund payment {self.payment_id} once more",
                )
            except Refused as refused:
                owed, no = await self._owed(), refused.detail
                why = f"{owed} is owed to the buyer: refund {self.refund_id} has failed, another one is refused: {no}"
            else:
                return SagaEnd(status=PurchaseStatus.REFUNDED, note="Refunded once more.")
        return SagaEnd(status=PurchaseStatus.REFUNDED, note="The buyer has been paid by another way.")

    async def _owed(self) -> str:
        """The amount that is owed now: a part of the price may be back already."""
        payment = await self.retrieve(self.payment_id)
        order = self.know_order(payment)
        kept, price = (format_amount(amount, order.currency) for amount in (payment.amount_kept, order.amount))
        return f"{kept} of {price}"

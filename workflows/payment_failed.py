"""PaymentFailed: an attempt to pay has failed; the last one ends the purchase."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps
    from domain.errors import Refused
    from domain.messages import PaymentFailedInput, SagaEnd
    from domain.payment import Payment, PaymentStatus
    from domain.purchase import PurchaseStatus
    from workflows.follow_up import FollowUp
    from workflows.saga import heeds_cancellation

MONEY_MOVES = "Money moves: nothing is released."


@workflow.defn(name="PaymentFailed")
class PaymentFailed(FollowUp):
    """What follows when an attempt to pay seems to have failed; there is one per failed charge."""

    @workflow.init
    def __init__(self, start: PaymentFailedInput) -> None:
        super().__init__(PurchaseStatus.AWAITING_PAYMENT, start.payment_id)
        self.attempts_max = start.attempts_max

    @workflow.run
    @heeds_cancellation
    async def run(self, start: PaymentFailedInput) -> SagaEnd:  # noqa: ARG002 - __init__ has read it
        """Cancel, release, publish; not if money moves, another saga has ended it or the buyer may try again."""
        payment = await self.retrieve(self.payment_id)
        order = self.know_order(payment)
        if nothing_to_do := self._why_not(payment):
            return self.end_quietly(nothing_to_do)
        self.details.note("payment_attempt_failed", f"attempt {payment.failed_attempts}")
        if payment.status is PaymentStatus.PAYABLE and payment.failed_attempts < self.attempts_max:
            await self.publish("payment.attempt_failed", self.payment_id, order, PurchaseStatus.AWAITING_PAYMENT)
            return self.end_quietly("The buyer may try another card.")

        try:
            await self.cancel_payment(self.payment_id)
        except Refused as refused:
            return self.end_quietly(f"Nothing is released, as the payment is not canceled: {refused.detail}")
        self.parking.compensable = False  # Nobody can pay any more: from here on the purchase has to end.
        self.details.note("payment_canceled")
        try:
            await self.release(self.payment_id)
        except Refused:
            return self.end_quietly("Another saga has decided how the purchase ends.")
        return await self.complete_purchase(order, PurchaseStatus.FAILED, "payment-failed")

    def abort_means(self) -> str:
        """Asked only before the payment is canceled."""
        return "The saga ends and cancels nothing; the purchase ends at its deadline."

    def _why_not(self, payment: Payment) -> str:
        """Why there is nothing to do for this saga; empty if there is."""
        if payment.outcome:
            return "The purchase has ended already."
        if payment.status in {PaymentStatus.PAID, PaymentStatus.PROCESSING}:
            return MONEY_MOVES
        if self._canceled_by_another(payment):
            return "Another saga has canceled the payment and ends the purchase."
        return ""

    def _canceled_by_another(self, payment: Payment) -> bool:
        """Payments knows which step canceled it; None: the provider or a person, then this saga ends the purchase."""
        mine = self.steps.key_of(PaymentsSteps.cancel_payment)
        return payment.status is PaymentStatus.CANCELED and payment.canceled_by not in {None, mine}

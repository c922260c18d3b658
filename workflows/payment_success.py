"""PaymentSuccess: a paid purchase becomes delivered offset, or the money goes back."""

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps, ProjectsSteps, UsersSteps
    from domain.errors import RefusalKind, Refused
    from domain.messages import (
        DeliverCall,
        OffsetCall,
        PaymentCall,
        PaymentSuccessInput,
        SagaEnd,
        TaskQueue,
        payment_success_workflow_id,
    )
    from domain.money import format_amount
    from domain.offset import ReservationStatus
    from domain.payment import Payment, PaymentStatus, Unpaid
    from domain.purchase import Order, PurchaseStatus
    from workflows import policies
    from workflows.attributes import order_attributes
    from workflows.follow_up import FollowUp
    from workflows.parking import Aborted
    from workflows.saga import heeds_cancellation
    from workflows.status_details import summarized

CAPTURE_REFUSED = "capture-refused"
PAYMENT_CANCELED = "payment-canceled"
# Undone so, a purchase whose money was never taken has failed: there was nothing to give back.
NEVER_CHARGED = frozenset({CAPTURE_REFUSED, PAYMENT_CANCELED, Unpaid.AMOUNT_DIFFERS})


class Undo(Exception):
    """The purchase cannot be delivered and has to be undone; `reason` stands in its outcome."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@workflow.defn(name="PaymentSuccess")
class PaymentSuccess(FollowUp):
    """What follows when a payment seems to be paid; there is one per payment."""

    @workflow.init
    def __init__(self, start: PaymentSuccessInput) -> None:
        super().__init__(PurchaseStatus.PROCESSING, start.payment_id)
        self.call = PaymentCall(payment_id=start.payment_id)
        self.committed = False
        # When the saga last asked how the payment stands.
        self.retrieved_at = workflow.now()

    @workflow.run
    @heeds_cancellation
    async def run(self, start: PaymentSuccessInput) -> SagaEnd:  # noqa: ARG002 - __init__ has read it
        """Commit, capture, deliver, publish; what stops that on the way undoes the money first and the offset after it.

        The money must be there until the delivery: the saga retrieves the payment before it does anything, and once
        more after a slow delivery. The point of no return is a delivery on an answer that is not old.
        """
        payment = await self._retrieve_until_decided()
        if payment.outcome:
            return self.end_quietly("The purchase has ended already.")
        order = self._take_up(payment)
        try:
            self._check_money(payment)
            await self._commit()
            await self._capture(payment)
            await self._deliver(order)
            await self._retrieve_once_more()
        except (Undo, Aborted) as stopped:
            return await self._undo(order, stopped.reason)
        return await self.complete_purchase(order, PurchaseStatus.PAID)

    def abort_means(self) -> str:
        """Before the payment was seen there is nothing that this saga could undo."""
        if self.order is None:
            return "The saga ends and does nothing; at its deadline the purchase asks for the payment itself."
        return "The purchase is undone: the money goes back to the buyer, then the offset to its milestone."

    async def _retrieve_until_decided(self) -> Payment:
        """The payment once it is paid or canceled: the event says that it was paid, so any other answer is stale."""
        attempt = 0
        while True:
            payment = await self._retrieve()
            if payment.outcome or payment.status in {PaymentStatus.PAID, PaymentStatus.CANCELED}:
                return payment
            await self.ask_again_later(attempt, f"The provider says that payment {self.payment_id} is not paid yet")
            attempt += 1

    async def _retrieve(self) -> Payment:
        """The payment; the age of an answer counts from its question."""
        asked_at = workflow.now()
        payment = await self.retrieve(self.payment_id)
        self.retrieved_at = asked_at
        return payment

    def _take_up(self, payment: Payment) -> Order:
        """Know the order: its money has come."""
        order = self.know_order(payment)
        self.details.note("payment_received")
        self.goes_on_with("Paid; the offset is being delivered.")
        self.details.show(PurchaseStatus.PROCESSING, f"Delivers {order.summary()}.")
        return order

    # ---- forward ----------------------------------------------------------------------------------------------------

    def _check_money(self, payment: Payment) -> None:
        """Money that is back, disputed or not what the order costs buys nothing, whoever has seen to that.

        Also where the payment is canceled: a worker that has died may have sold the offset for it before.
        """
        if payment.status is PaymentStatus.CANCELED:
            raise Undo(PAYMENT_CANCELED)
        if not payment.authorised:
            self._check_paid(payment)

    @staticmethod
    def _check_paid(payment: Payment) -> None:
        """The same for money that must have been captured."""
        if payment.why_unpaid:
            raise Undo(payment.why_unpaid)

    async def _commit(self) -> None:
        """Sell the offset that is held."""
        attempt = 0
        while not self.committed:
            try:
                await self.steps.take(ProjectsSteps.commit_offset, self.call, summary="Sell the reserved offset")
                self.committed = True
            except Refused as refused:
                if refused.kind != RefusalKind.NOT_FOUND:
                    raise Undo(refused.kind) from refused
                await self.ask_again_later(attempt, "StartPayment has not reserved the offset yet")
                attempt += 1
        self.details.note("offset_sold")

    async def _capture(self, payment: Payment) -> None:
        """Capture the money if it is only authorised."""
        if not payment.authorised:
            return
        asked_at = workflow.now()
        try:
            payment = await self.steps.take(PaymentsSteps.capture_payment, self.call, summary="Capture the payment")
            self.retrieved_at = asked_at
        except Refused as refused:
            # A repeat of a capture that was done may be refused: the payment itself shows it.
            payment = await self._retrieve()
            if payment.amount_captured == 0:
                raise Undo(CAPTURE_REFUSED) from refused
        self._check_paid(payment)
        self.details.note("payment_captured")

    async def _deliver(self, order: Order) -> None:
        """Create the buyer's offset; however long that is tried, no attempt is made on an old answer."""
        fresh_until = self.retrieved_at + policies.PAYMENT_FRESH
        call = DeliverCall(payment_id=self.payment_id, order=order, fresh_until=fresh_until)
        try:
            await self.steps.take(UsersSteps.deliver_offset, call, summary=f"Deliver {order.summary()}")
        except Refused as refused:
            unpaid = refused.kind in set(Unpaid)
            raise Undo(refused.kind if unpaid else "delivery-refused") from refused

    async def _retrieve_once_more(self) -> None:
        """The point of no return. A slow delivery may have hung in the network while the money went back."""
        if workflow.now() - self.retrieved_at > policies.PAYMENT_FRESH:
            self._check_paid(await self._retrieve())
        self.parking.compensable = False
        self.details.note("offset_delivered")

    # ---- and back ---------------------------------------------------------------------------------------------------

    async def _undo(self, order: Order, reason: str) -> SagaEnd:
        """Money first, offset after it; a purchase that another saga has ended is left to that one."""
        self.parking.compensable = False
        if not self.committed and not await self._claim():
            return self.end_quietly("Another saga has decided how the purchase ends.")
        self.goes_on_with("It is being undone: the money goes back to the buyer, then the offset to its milestone.")
        self.details.show(PurchaseStatus.PROCESSING, f"{self.goes_on} The reason: {reason}.")
        if self.committed:
            await self._revoke(order)
        refunded = await self._undo_money(order)
        if self.committed:
            await self._restock()
        if refunded is None and reason in NEVER_CHARGED:
            return await self.complete_purchase(order, PurchaseStatus.FAILED, reason)
        return await self.complete_purchase(order, PurchaseStatus.REFUNDED, reason, refunded)

    async def _claim(self) -> bool:
        """Release the reservation before anything is undone; this also shows a commit whose answer was lost."""
        try:
            await self.release(self.payment_id)
        except Refused:
            # Only this saga commits and restocks: a row in one of these states was brought there by this saga, or its
            # earlier run.
            retrieve = ProjectsSteps.retrieve_reservation
            row = await self.steps.take(retrieve, self.call, summary="See who has closed the reservation")
            self.committed = row.status in {ReservationStatus.COMMITTED, ReservationStatus.RETURNED}
            return self.committed
        return True

    async def _revoke(self, order: Order) -> None:
        """Revoke the offset, so that a late copy of the delivery cannot create it."""
        call = OffsetCall(payment_id=self.payment_id, buyer_id=order.buyer_id)
        await self.steps.take(UsersSteps.revoke_offset, call, summary="Revoke the buyer's offset", must_succeed=True)

    async def _undo_money(self, order: Order) -> int | None:
        """Cancel, and if that is refused because it was captured, refund; the amount that was, None if canceled."""
        try:
            await self.cancel_payment(self.payment_id)
        except Refused:
            refund = PaymentsSteps.refund_payment
            payment = await self.steps.take(refund, self.call, summary="Refund the payment", must_succeed=True)
            self.details.note("payment_refunded", format_amount(payment.amount_refunded, order.currency))
            return payment.amount_refunded
        self.details.note("payment_canceled")
        return None

    async def _restock(self) -> None:
        await self.steps.take(ProjectsSteps.restock_offset, self.call, summary="Return the offset", must_succeed=True)
        self.details.note("offset_returned")


async def start_payment_success(order: Order, payment_id: str) -> None:
    """Start the payment's saga from that of its purchase, which it outlives; one that has been started is enough."""
    try:
        await workflow.start_child_workflow(
            PaymentSuccess.run,
            PaymentSuccessInput(payment_id=payment_id),
            id=payment_success_workflow_id(payment_id),
            task_queue=TaskQueue.PAYMENT_SUCCESS,
            parent_close_policy=ParentClosePolicy.ABANDON,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            task_timeout=policies.TASK_TIMEOUT,
            search_attributes=order_attributes(order, PurchaseStatus.PROCESSING),
            static_summary=summarized(f"Deliver {order.summary()}"),
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("payment %s has its saga already", payment_id)

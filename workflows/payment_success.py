"""PaymentSuccess: a paid purchase becomes delivered offset, or the money goes back."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps, ProjectsSteps, UsersSteps
    from domain.errors import Refused
    from domain.messages import (
        DeliverCall,
        PaymentCall,
        PaymentSuccessInput,
        Progress,
        RevokeCall,
        SagaEnd,
    )
    from domain.purchase import Order, Payment, PaymentStatus, PurchaseStatus
    from workflows.attributes import BUYER_ID, PROJECT_ID
    from workflows.saga import Saga


@workflow.defn
class PaymentSuccess(Saga):
    """What follows when a payment seems to be paid; there is one per payment."""

    @workflow.init
    def __init__(self, start: PaymentSuccessInput) -> None:
        super().__init__(PurchaseStatus.PROCESSING)
        self.payment_id = start.payment_id
        self.call = PaymentCall(payment_id=start.payment_id)
        self.order: Order | None = None

    @workflow.run
    async def run(self, start: PaymentSuccessInput) -> SagaEnd:  # noqa: ARG002 - __init__ has read it
        """Commit, capture, deliver, tell; what is refused on the way undoes the money first and the offset after it."""
        payment = await self._look_until_decided()
        if payment.outcome or payment.status is PaymentStatus.CANCELED:
            return SagaEnd(note="The purchase has ended already.")
        order = await self._take_up(payment)

        if not await self._commit():
            if not await self.win_reservation(self.payment_id):
                return SagaEnd(note="Another saga has decided how the purchase ends.")
            await self._undo_money()
            return await self._end(order, PurchaseStatus.REFUNDED, "reservation-closed")

        if not await self._capture(payment):
            refunded = await self._undo_money()
            await self._return_offset()
            ended = PurchaseStatus.REFUNDED if refunded else PurchaseStatus.FAILED
            return await self._end(order, ended, "capture-refused")

        if not await self._deliver(order):
            await self._revoke(order)
            await self._undo_money()
            await self._return_offset()
            return await self._end(order, PurchaseStatus.REFUNDED, "delivery-refused")

        return await self._end(order, PurchaseStatus.PAID)

    async def _look_until_decided(self) -> Payment:
        """The payment, paid or canceled: an event says that it was paid, so another reading is stale."""
        attempt = 0
        while True:
            payment = await self.look(self.payment_id)
            if payment.outcome or payment.status in {PaymentStatus.PAID, PaymentStatus.CANCELED}:
                return payment
            await self.ask_again_later(attempt, f"The provider says that payment {self.payment_id} is not paid yet")
            attempt += 1

    async def _take_up(self, payment: Payment) -> Order:
        """Know the order, let operators find the saga by it, and tell the purchase that its money has come."""
        self.order = order = payment.order
        projects = sorted({item.project_id for item in order.items})
        workflow.upsert_search_attributes([BUYER_ID.value_set(order.buyer_id), PROJECT_ID.value_set(projects)])
        self.note("payment_received")
        self.show(PurchaseStatus.PROCESSING, f"Delivers {order.summary()}.")
        await self.resumed()
        return order

    async def _commit(self) -> bool:
        """Sell the offset that is held; False if its reservation is closed."""
        attempt = 0
        while True:
            try:
                await self.step(ProjectsSteps.commit_offset, self.call, summary="Sell the reserved offset")
            except Refused as refusal:
                if refusal.kind != "not-found":
                    return False
                await self.ask_again_later(attempt, "StartPayment has not reserved the offset yet")
                attempt += 1
            else:
                self.note("offset_sold")
                return True

    async def _capture(self, payment: Payment) -> bool:
        """Take the money that is only authorised; False if the provider really refuses."""
        if payment.amount_captured:
            return True
        try:
            await self.step(PaymentsSteps.capture_payment, self.call, summary="Capture the payment")
        except Refused:
            # A repeat of a capture that was done may be refused: the payment itself tells.
            looked_at = await self.look(self.payment_id)
            if not looked_at.amount_captured:
                return False
        self.note("payment_captured")
        return True

    async def _deliver(self, order: Order) -> bool:
        """Create the buyer's offset, the point of no return; False if Users refuses it for good."""
        try:
            call = DeliverCall(payment_id=self.payment_id, order=order)
            await self.step(UsersSteps.deliver_offset, call, summary=f"Deliver {order.summary()}")
        except Refused:
            return False
        self.note("offset_delivered")
        return True

    async def _revoke(self, order: Order) -> None:
        """A late copy of the refused delivery must not create the offset."""
        call = RevokeCall(payment_id=self.payment_id, buyer_id=order.buyer_id)
        await self.sure_step(UsersSteps.revoke_offset, call, summary="Revoke the buyer's offset")

    async def _undo_money(self) -> bool:
        """Cancel, and if that is refused because it was captured, refund; True if it was refunded."""
        try:
            await self.cancel_payment(self.payment_id)
        except Refused:
            await self.sure_step(PaymentsSteps.refund_payment, self.call, summary="Refund the payment")
            self.note("payment_refunded")
            return True
        self.note("payment_canceled")
        return False

    async def _return_offset(self) -> None:
        await self.sure_step(ProjectsSteps.return_offset, self.call, summary="Return the offset")
        self.note("offset_returned")

    async def _end(self, order: Order, status: PurchaseStatus, reason: str | None = None) -> SagaEnd:
        """Publish and tell: every end that owns the outcome does both."""
        kind = "payment.success" if status is PurchaseStatus.PAID else f"payment.{status}"
        await self.publish(kind, self.payment_id, order, status)
        await self.tell_end(order, status, reason)
        return SagaEnd(status=status, note=reason or "")

    async def parked(self, why: str) -> None:
        """A parked saga of any kind shows on its purchase."""
        if self.order:
            await self.tell(self.order.purchase_id, Progress(status=PurchaseStatus.NEEDS_ATTENTION, note=why))

    async def resumed(self) -> None:
        """The purchase is on its way again."""
        if self.order:
            note = "Paid; the offset is being delivered."
            await self.tell(self.order.purchase_id, Progress(status=PurchaseStatus.PROCESSING, note=note))

"""PaymentSuccess: a paid purchase becomes delivered offset, or the money goes back."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps, ProjectsSteps, UsersSteps
    from domain.errors import Refused
    from domain.messages import DeliverCall, OffsetCall, PaymentCall, PaymentSuccessInput, SagaEnd
    from domain.purchase import Order, Payment, PaymentStatus, PurchaseStatus
    from workflows.follow_up import FollowUp
    from workflows.parking import Aborted, heeds_cancellation

CAPTURE_REFUSED = "capture-refused"


class Undo(Exception):
    """The purchase cannot be delivered and has to be undone; `reason` stands in its outcome."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@workflow.defn
class PaymentSuccess(FollowUp):
    """What follows when a payment seems to be paid; there is one per payment."""

    GOES_ON = "Paid; the offset is being delivered."

    @workflow.init
    def __init__(self, start: PaymentSuccessInput) -> None:
        super().__init__(PurchaseStatus.PROCESSING, start.payment_id)
        self.call = PaymentCall(payment_id=start.payment_id)
        self.sold = False

    @workflow.run
    @heeds_cancellation
    async def run(self, start: PaymentSuccessInput) -> SagaEnd:  # noqa: ARG002 - __init__ has read it
        """Commit, capture, deliver, tell; what stops it on the way undoes the money first and the offset after it."""
        payment = await self._look_until_decided()
        if payment.outcome or payment.status is PaymentStatus.CANCELED:
            return self.end_quietly("The purchase has ended already.")
        order = await self._take_up(payment)
        try:
            self._heed_refund(payment)
            await self._commit()
            await self._capture(payment)
            await self._deliver(order)
        except (Undo, Aborted) as stopped:
            return await self._undo(order, stopped.reason)
        return await self._end(order, PurchaseStatus.PAID)

    def abort_means(self) -> str:
        """Before the payment was seen there is nothing that this saga could undo."""
        if self.order is None:
            return "The saga ends and does nothing; at its deadline the purchase looks at the payment itself."
        return "The purchase is undone: the money goes back to the buyer, then the offset to its milestone."

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
        """Know the order, and tell the purchase that its money has come."""
        order = self.know_order(payment)
        self.note("payment_received")
        self.show(PurchaseStatus.PROCESSING, f"Delivers {order.summary()}.")
        await self.resumed()
        return order

    # ---- forward ----------------------------------------------------------------------------------------------------

    def _heed_refund(self, payment: Payment) -> None:
        """Money that is back already (by hand, or by a run of this saga that was terminated) buys nothing."""
        if payment.amount_refunded >= payment.amount_captured > 0:
            raise Undo("refunded-before-delivery")

    async def _commit(self) -> None:
        """Sell the offset that is held."""
        attempt = 0
        while not self.sold:
            try:
                await self.step(ProjectsSteps.commit_offset, self.call, summary="Sell the reserved offset")
                self.sold = True
            except Refused as refused:
                if refused.kind != "not-found":
                    raise Undo("reservation-closed") from refused
                await self.ask_again_later(attempt, "StartPayment has not reserved the offset yet")
                attempt += 1
        self.note("offset_sold")

    async def _capture(self, payment: Payment) -> None:
        """Take the money that is only authorised."""
        if payment.amount_captured:
            return
        try:
            await self.step(PaymentsSteps.capture_payment, self.call, summary="Capture the payment")
        except Refused as refused:
            # A repeat of a capture that was done may be refused: the payment itself tells.
            looked_at = await self.look(self.payment_id)
            if not looked_at.amount_captured:
                raise Undo(CAPTURE_REFUSED) from refused
        self.note("payment_captured")

    async def _deliver(self, order: Order) -> None:
        """Create the buyer's offset: the point of no return."""
        call = DeliverCall(payment_id=self.payment_id, order=order)
        try:
            await self.step(UsersSteps.deliver_offset, call, summary=f"Deliver {order.summary()}")
        except Refused as refused:
            raise Undo("delivery-refused") from refused
        self.undoable = False
        self.note("offset_delivered")

    # ---- and back ---------------------------------------------------------------------------------------------------

    async def _undo(self, order: Order, reason: str) -> SagaEnd:
        """Money first, offset after it; a purchase that another saga has ended is left to that one."""
        self.undoable = False
        if not self.sold and not await self._claim():
            return self.end_quietly("Another saga has decided how the purchase ends.")
        if self.sold:
            await self._revoke(order)
        refunded = await self._undo_money()
        if self.sold:
            await self._return_offset()
        never_charged = reason == CAPTURE_REFUSED and not refunded
        return await self._end(order, PurchaseStatus.FAILED if never_charged else PurchaseStatus.REFUNDED, reason)

    async def _claim(self) -> bool:
        """Close the reservation before anything is undone; a commit that was not known to be done shows here."""
        try:
            await self.release(self.payment_id)
        except Refused:
            # Only this saga sells and returns: what is sold, or was returned by an earlier run, is its own to undo.
            look = ProjectsSteps.look_at_reservation
            row = await self.step(look, self.call, summary="See who has closed the reservation")
            self.sold = row.status in {"committed", "returned"}
            return self.sold
        return True

    async def _revoke(self, order: Order) -> None:
        """A late copy of the delivery must not create the offset."""
        call = OffsetCall(payment_id=self.payment_id, buyer_id=order.buyer_id)
        await self.step(UsersSteps.revoke_offset, call, summary="Revoke the buyer's offset", sure=True)

    async def _undo_money(self) -> bool:
        """Cancel, and if that is refused because it was captured, refund; True if it was refunded."""
        try:
            await self.cancel_payment(self.payment_id)
        except Refused:
            await self.step(PaymentsSteps.refund_payment, self.call, summary="Refund the payment", sure=True)
            self.note("payment_refunded")
            return True
        self.note("payment_canceled")
        return False

    async def _return_offset(self) -> None:
        await self.step(ProjectsSteps.return_offset, self.call, summary="Return the offset", sure=True)
        self.note("offset_returned")

    # ---- the end ----------------------------------------------------------------------------------------------------

    async def _end(self, order: Order, status: PurchaseStatus, reason: str | None = None) -> SagaEnd:
        """Publish and tell: every end that owns the outcome does both."""
        kind = "payment.success" if status is PurchaseStatus.PAID else f"payment.{status}"
        await self.publish(kind, self.payment_id, order, status)
        await self.tell_end(self.payment_id, order, status, reason)
        return SagaEnd(status=status, note=reason or "")

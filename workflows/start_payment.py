"""StartPayment: a purchase from the buyer's order to its end."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps
    from domain.answers import recordable
    from domain.errors import Refused
    from domain.messages import (
        CancelAnswer,
        PaymentSuccessInput,
        Progress,
        PurchaseView,
        RecordCall,
        Settlement,
        StartPaymentInput,
        TaskQueue,
        payment_success_workflow_id,
    )
    from domain.purchase import Outcome, PaymentStatus, PurchaseStatus
    from workflows import policies
    from workflows.attributes import order_attributes
    from workflows.metrics import count_settled
    from workflows.opening import Opening
    from workflows.parking import Reason, benign, heeds_cancellation, told_whole
    from workflows.payment_success import PaymentSuccess
    from workflows.standing import MEANINGS, NOTHING, shown_time, summarized


@workflow.defn
class StartPayment(Opening):
    """One purchase: open it, wait for its end, record it. A running one IS an open purchase."""

    @workflow.init
    def __init__(self, start: StartPaymentInput) -> None:
        super().__init__(start)
        self.bank_processes = False
        # The buyer's cancel: asked for and not decided yet; decided, and won.
        self.buyer_cancels = False
        self.buyer_canceled = False
        # Another saga has closed the reservation, and will tell.
        self.others_end_it = False
        self.cancel_again_at = workflow.info().workflow_start_time

    @workflow.run
    @heeds_cancellation
    async def run(self, start: StartPaymentInput) -> Settlement:  # noqa: ARG002 - __init__ has read it
        """Carry the purchase to its end; the result tells how it ended."""
        await self.open_or_undo()

        # An open purchase has until its deadline, or until it is canceled; money that overtook a refused opening is
        # looked after at once.
        looks = 0 if self.answer else 1
        while self.settlement is None:
            await self._wait_to_be_told(looks)
            if self.settlement is None:
                await self._look()
            # A cancel that came too late leaves an unpaid purchase its time until the deadline.
            if not self._end_cancel():
                looks += 1

        ended = await self._record(self.settlement)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ended

    # ---- waiting for the end ----------------------------------------------------------------------------------------

    async def _wait_to_be_told(self, looks: int) -> None:
        """Wait for the saga that won, at first until the deadline or a cancellation, then from look to look."""
        wait = self.expires_at - workflow.now() if looks == 0 else policies.look_again_delay(looks - 1)
        # Whoever sees the payment first, and whatever becomes of it: this saga waits to be told.
        waits = "news of the payment, until the deadline" if looks == 0 else "news of the payment, or a look at it"
        try:
            with self.under_way(f"Waits for {waits} ({shown_time(workflow.now() + wait)})"):
                await workflow.wait_condition(
                    lambda: self.settlement is not None or self.buyer_cancels or (looks == 0 and self.abort_requested),
                    timeout=max(wait, timedelta()),
                    timeout_summary=waits,
                )
        except TimeoutError:
            if looks:
                await self._park_when_overdue()

    async def _park_when_overdue(self) -> None:
        overdue = workflow.now() - self.expires_at > policies.UNSETTLED_MAX
        if overdue and not self.bank_processes:
            why = "The purchase is not settled a day after its deadline"
            await self.park(Reason.OVERDUE, why, until=lambda: self.settlement is not None)

    async def _look(self) -> None:
        """Nobody has told: ask the provider, and end what was not paid."""
        payment_id = self._known_payment_id()
        payment = await self.look(payment_id)
        self.know(payment)
        if self.settlement:
            return
        self.bank_processes = payment.status is PaymentStatus.PROCESSING
        if payment.status is PaymentStatus.PAID:
            await self._start_payment_success(payment_id)
        elif self.bank_processes:
            self._show_processing("The bank processes the payment.")
        else:
            await self._expire(payment_id)

    async def _expire(self, payment_id: str) -> None:
        """Cancel, and only when that is done release; whoever wins the reservation tells."""
        try:
            await self.cancel_payment(payment_id)
        except Refused as refusal:
            if refusal.kind == "payment-paid":
                await self._start_payment_success(payment_id)
            else:
                self._show_processing("The bank processes the payment.")
            return
        self.note("payment_canceled")
        self.others_end_it = not await self.win_reservation(payment_id)
        if not self.others_end_it:
            self.buyer_canceled = self.buyer_cancels
            wanted = self.buyer_cancels or self.abort_requested
            status = PurchaseStatus.CANCELED if wanted else PurchaseStatus.EXPIRED
            await self.publish(f"payment.{status}", payment_id, self.order, status)
            self.settlement = Settlement(status=status)

    async def _start_payment_success(self, payment_id: str) -> None:
        """The webhook was lost, or is late: start its saga in its stead."""
        self._show_processing("The payment is paid; its own saga delivers the offset.")
        try:
            await workflow.start_child_workflow(
                PaymentSuccess.run,
                PaymentSuccessInput(payment_id=payment_id),
                id=payment_success_workflow_id(payment_id),
                task_queue=TaskQueue.PAYMENT_SUCCESS,
                parent_close_policy=ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                task_timeout=policies.TASK_TIMEOUT,
                search_attributes=order_attributes(self.order, PurchaseStatus.PROCESSING, payment_id),
                static_summary=summarized(f"Deliver {self.order.summary()}"),
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.info("payment %s has its saga already", payment_id)

    def _show_processing(self, why: str) -> None:
        # A parked saga of the purchase still waits for its operator.
        if self.status is not PurchaseStatus.NEEDS_ATTENTION:
            self.show(PurchaseStatus.PROCESSING, why)

    def _known_payment_id(self) -> str:
        if self.payment_id is None:
            raise ApplicationError("A purchase without a payment waits for nothing.", type="bug")
        return self.payment_id

    # ---- the end ----------------------------------------------------------------------------------------------------

    async def _record(self, settlement: Settlement) -> Settlement:
        """Record how the purchase ended; the record outlives Temporal's retention, and the first one stays."""
        if not self.recorded:
            self.timeline.extend(settlement.timeline)
            self.timeline.sort(key=lambda entry: entry.at)
            self.note(settlement.status, settlement.reason or "")
            outcome = Outcome(
                status=settlement.status,
                reason=settlement.reason,
                fingerprint=self.fingerprint,
                answer=recordable(self.answer, self.refusal),
                timeline=tuple(self.timeline),
            )
            call = RecordCall(order=self.order, outcome=outcome)
            summary = f"Record the outcome {settlement.status}"
            self.know(await self.step(PaymentsSteps.record_outcome, call, summary=summary, sure=True))
            count_settled(self.settlement or settlement)
        ended = self.settlement or settlement
        self.show(ended.status, f"{MEANINGS[ended.status]} The reason: {ended.reason}." if ended.reason else "")
        return ended

    # ---- messages ---------------------------------------------------------------------------------------------------

    @workflow.signal(description="The saga that won tells how the purchase ended")
    @told_whole
    def settle(self, settlement: Settlement) -> None:
        """Take the first end that a saga of this payment tells; there is one winner, so a second one is its repeat.

        It may come before the payment is known here: a saga that is taken up again hears first what it was told then.
        """
        if settlement.status.ends and settlement.payment_id:
            self.told.setdefault(settlement.payment_id, settlement)
            self.heed_told()

    @workflow.signal(description="Another saga of this purchase tells where it stands")
    @told_whole
    def progress(self, progress: Progress) -> None:
        """Show where the purchase stands as long as it is open; a saga of another payment has no say in it."""
        if self.settlement is None and progress.payment_id == self.payment_id:
            parked = progress.status is PurchaseStatus.NEEDS_ATTENTION
            self.show(progress.status, progress.note, self._decide_there() if parked else NOTHING)

    def _decide_there(self) -> str:
        return f"Another saga of this purchase is parked: `flask purchases show {self.order.purchase_id}`."

    @workflow.update(description="The buyer cancels the purchase, unless it is paid")
    async def cancel(self) -> CancelAnswer:
        """Take the deadline's path at once; the answer tells whether that has ended the purchase."""
        self.buyer_cancels = self.settlement is None
        await workflow.wait_condition(self._cancel_decided)
        return self._cancel_answer()

    @cancel.validator
    def _check_cancel(self) -> None:
        if self.buyer_cancels and not self.buyer_canceled:
            raise benign("cancel-under-way", "The purchase is being canceled.")
        if self.status is PurchaseStatus.PROCESSING and workflow.now() < self.cancel_again_at:
            raise benign("not-cancelable", "The payment is under way.", self._cancel_answer())

    def _cancel_decided(self) -> bool:
        return bool(self.settlement or self.buyer_canceled) or not (self.buyer_cancels or self.others_end_it)

    def _cancel_answer(self) -> CancelAnswer:
        status = self.settlement.status if self.settlement else self._shown_status
        return CancelAnswer(canceled=status is PurchaseStatus.CANCELED, status=status)

    def _end_cancel(self) -> bool:
        """Whether the look was for a buyer's cancel; one that has not won is told so."""
        asked, self.buyer_cancels = self.buyer_cancels, False
        self.cancel_again_at = workflow.now() + policies.CANCEL_AGAIN
        return asked

    @property
    def _shown_status(self) -> PurchaseStatus:
        """What a buyer was told stays told, while the notification is still on its way."""
        return PurchaseStatus.CANCELED if self.buyer_canceled else self.status

    @workflow.query(description="The purchase as its saga sees it")
    def view(self) -> PurchaseView:
        """Status, timeline and all that the buyer may see."""
        return PurchaseView(
            status=self._shown_status,
            reason=self.settlement.reason if self.settlement else self.refusal and self.refusal.kind,
            payment_id=self.payment_id,
            expires_at=self.expires_at,
            answer=self.answer,
            timeline=tuple(self.timeline),
        )

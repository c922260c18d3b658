"""StartPayment: a purchase from the buyer's order to its end."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps
    from domain.answers import recordable
    from domain.errors import RefusalKind, Refused
    from domain.messages import (
        Progress,
        PurchaseResult,
        PurchaseView,
        RecordCall,
        SagaEnd,
        Signal,
        StartPaymentInput,
    )
    from domain.payment import PaymentStatus
    from domain.purchase import Outcome, PurchaseStatus
    from workflows import policies
    from workflows.metrics import count_completed
    from workflows.opening import DELIVERS, Opening
    from workflows.parking import Reason, benign, takes_one
    from workflows.payment_success import start_payment_success
    from workflows.saga import heeds_cancellation
    from workflows.status_details import MEANINGS, NOTHING, format_time

BANK_PROCESSES = "The bank processes the payment."


@workflow.defn(name="StartPayment")
class StartPayment(Opening):
    """One purchase: open it, wait for its end, record it. A running one IS an open purchase."""

    @workflow.init
    def __init__(self, start: StartPaymentInput) -> None:
        super().__init__(start)
        self.bank_processes = False
        # The buyer's cancel: asked for and not decided yet; decided, and won.
        self.buyer_cancels = False
        self.buyer_canceled = False
        # Another saga has decided the purchase, and will signal its end.
        self.others_end_it = False
        self.cancel_again_at = workflow.info().workflow_start_time

    @workflow.run
    @heeds_cancellation
    async def run(self, start: StartPaymentInput) -> SagaEnd:  # noqa: ARG002 - __init__ has read it
        """Carry the purchase to its end; the result tells how it ended."""
        await self.open_or_undo()
        if self.answer and self.answer.status is PurchaseStatus.PROCESSING:
            await self._start_payment_success()

        # An open purchase waits until its deadline or a cancel; without an answer (the opening was refused, but money
        # moves) the payment is retrieved at once.
        attempt = 0 if self.answer else 1
        while self.result is None:
            await self._wait_for_end(attempt)
            if self.result is None:
                await self._retrieve()
            # A cancel that came too late leaves an unpaid purchase its time until the deadline.
            if not self._end_cancel():
                attempt += 1

        ended = await self._end(self.result)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ended

    # ---- waiting for the end ----------------------------------------------------------------------------------------

    async def _wait_for_end(self, attempt: int) -> None:
        """Wait for the end's signal: first until the deadline or a cancellation, then for growing times."""
        wait = self.expires_at - workflow.now() if attempt == 0 else policies.retrieve_again_delay(attempt - 1)
        # Another saga usually sees the payment first; this one waits for its signal.
        until = "until the deadline" if attempt == 0 else "or until Payments is asked again"
        waits = f"news of the payment, {until}"
        try:
            with self.details.under_way(f"Waits for {waits} ({format_time(workflow.now() + wait)})"):
                await workflow.wait_condition(
                    lambda: self._has_news() or (attempt == 0 and self.parking.abort_requested),
                    timeout=max(wait, timedelta()),
                    timeout_summary=waits,
                )
        except TimeoutError:
            if attempt:
                await self._park_when_overdue()

    def _has_news(self) -> bool:
        return self.result is not None or self.buyer_cancels

    async def _park_when_overdue(self) -> None:
        overdue = workflow.now() - self.expires_at > policies.UNENDED_MAX
        if overdue and not self.bank_processes:
            why = "The purchase has not ended a day after its deadline"
            await self.parking.park(Reason.OVERDUE, why, until=lambda: self.result is not None)

    async def _retrieve(self) -> None:
        """No signal has come: retrieve the payment, and end the purchase if it is not paid."""
        payment = await self.retrieve(self.payment_id)
        self.heed_record(payment)
        if self.result:
            return
        self.bank_processes = payment.status is PaymentStatus.PROCESSING
        if payment.status is PaymentStatus.PAID:
            await self._start_payment_success()
        elif self.bank_processes:
            self._show_processing(BANK_PROCESSES)
        else:
            await self._expire()

    async def _expire(self) -> None:
        """Cancel the payment, and only when that is done release; the saga that wins the reservation publishes."""
        try:
            await self.cancel_payment(self.payment_id)
        except Refused as refusal:
            await self._heed_refused_cancel(refusal)
            return
        self.details.note("payment_canceled")
        # Decided before the release, which makes it stand in the history: it is published right after.
        canceled_by_buyer = self.buyer_cancels
        wanted = canceled_by_buyer or self.parking.abort_requested
        status = PurchaseStatus.CANCELED if wanted else PurchaseStatus.EXPIRED
        try:
            await self.release(self.payment_id)
        except Refused:
            self.others_end_it = True
            return
        self.others_end_it = False
        self.buyer_canceled = canceled_by_buyer
        self.result = PurchaseResult(status=status)

    async def _heed_refused_cancel(self, refusal: Refused) -> None:
        if refusal.kind == RefusalKind.PAYMENT_PAID:
            await self._start_payment_success()
        elif refusal.kind == RefusalKind.PAYMENT_PROCESSING:
            self._show_processing(BANK_PROCESSES)
        else:
            self._show_processing(f"The payment cannot be canceled: {refusal.detail}")

    async def _start_payment_success(self) -> None:
        """The payment was paid when it was created, or its webhook was lost or is late: start its saga."""
        self._show_processing(DELIVERS)
        await start_payment_success(self.order, self.payment_id)

    def _show_processing(self, why: str) -> None:
        # A parked saga of the purchase still waits for its operator.
        if self.details.status is not PurchaseStatus.NEEDS_ATTENTION:
            self.details.show(PurchaseStatus.PROCESSING, why)

    # ---- the end ----------------------------------------------------------------------------------------------------

    async def _end(self, result: PurchaseResult) -> SagaEnd:
        """Publish how the purchase ended, whoever ended it, and record it; a purchase that is recorded has ended so."""
        if not self.recorded:
            self.details.timeline.extend(result.timeline)
            self.details.timeline.sort(key=lambda entry: entry.at)
            if result.notification:
                await self._publish(result)
            result = await self._record(result)
        reason = f"{MEANINGS[result.status]} The reason: {result.reason}." if result.reason else ""
        self.details.show(result.status, reason)
        return SagaEnd(status=result.status, note=result.reason or "")

    async def _publish(self, result: PurchaseResult) -> None:
        if result.payment_id:
            self.details.show(PurchaseStatus.PROCESSING, "Its end is decided, and is being published.")
        await self.publish_end(self.payment_id, self.order, result)

    async def _record(self, result: PurchaseResult) -> PurchaseResult:
        """Record how the purchase ended; the record outlives Temporal's retention, and the first one stays."""
        self.details.note(result.status, result.reason or "")
        outcome = Outcome(
            status=result.status,
            reason=result.reason,
            fingerprint=self.fingerprint,
            answer=recordable(self.answer, self.refusal),
            timeline=tuple(self.details.timeline),
        )
        call = RecordCall(order=self.order, outcome=outcome)
        summary = f"Record the outcome {result.status}"
        recorded = await self.steps.take(PaymentsSteps.record_outcome, call, summary=summary, must_succeed=True)
        if recorded.status and recorded.status is not result.status:
            result = self.result = PurchaseResult(status=recorded.status, reason=recorded.note or None)
        count_completed(result)
        return result

    # ---- messages ---------------------------------------------------------------------------------------------------

    @workflow.signal(name=Signal.COMPLETE, description="The saga that won tells how the purchase ended")
    @takes_one
    def complete(self, result: PurchaseResult) -> None:
        """Take the first end signaled for this payment; there is one winner, so a second signal is its repeat."""
        if result.status.ends and result.payment_id == self.payment_id:
            self.result = self.result or result

    @workflow.signal(name=Signal.PROGRESS, description="Another saga of this purchase tells where it stands")
    @takes_one
    def progress(self, progress: Progress) -> None:
        """Show where the purchase stands as long as it is open; signals about another payment are ignored."""
        if self.result is None and progress.payment_id == self.payment_id:
            parked = progress.status is PurchaseStatus.NEEDS_ATTENTION
            self.details.show(progress.status, progress.note, self._decide_there() if parked else NOTHING)
            self.details.write()

    def _decide_there(self) -> str:
        return f"Another saga of this purchase is parked: `flask purchases show {self.order.purchase_id}`."

    @workflow.update(name="cancel", description="The buyer cancels the purchase, unless it is paid")
    async def cancel(self) -> PurchaseView:
        """Take the deadline's path at once; the answer tells whether that has ended the purchase."""
        self.buyer_cancels = self.result is None
        await workflow.wait_condition(self._cancel_decided)
        return self._decided()

    @cancel.validator
    def _check_cancel(self) -> None:
        if self.buyer_cancels and not self.buyer_canceled:
            raise benign(RefusalKind.CANCEL_UNDER_WAY, "The purchase is being canceled.")
        if self.details.status is PurchaseStatus.PROCESSING and workflow.now() < self.cancel_again_at:
            raise benign(RefusalKind.NOT_CANCELABLE, "The payment is under way.", self._decided())

    def _cancel_decided(self) -> bool:
        return bool(self.result or self.buyer_canceled) or not (self.buyer_cancels or self.others_end_it)

    def _end_cancel(self) -> bool:
        """Answer a buyer's cancel that has not won; whether one was waiting."""
        asked, self.buyer_cancels = self.buyer_cancels, False
        self.cancel_again_at = workflow.now() + policies.CANCEL_AGAIN
        return asked

    @workflow.query(name="view", description="The purchase as its saga sees it")
    def view(self) -> PurchaseView:
        """Status, timeline and all that the buyer may see."""
        return PurchaseView(
            order=self.order,
            # The buyer's cancel was answered `canceled`, so that stays, while the notification is still being
            # published.
            status=PurchaseStatus.CANCELED if self.buyer_canceled else self.details.status,
            reason=self.result.reason if self.result else self.refusal and self.refusal.kind,
            payment_id=self.payment_id,
            created_at=self.opened_at,
            expires_at=self.expires_at,
            timeline=tuple(self.details.timeline),
        )

    def _decided(self) -> PurchaseView:
        """The view for a cancel's answer: a decided end shows before it is recorded."""
        return self.view().model_copy(update={"status": self.result.status} if self.result else {})

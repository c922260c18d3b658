"""StartPayment: a purchase from the buyer's order to its end."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps, ProjectsSteps
    from domain.answers import GIVEN_UP, KEY_REUSED, recordable, recorded_answer, told
    from domain.errors import Refused
    from domain.messages import (
        OpenRequest,
        PaymentSuccessInput,
        Progress,
        PurchaseCall,
        PurchaseView,
        RecordCall,
        ReserveCall,
        Settlement,
        StartPaymentInput,
        TaskQueue,
        payment_success_workflow_id,
    )
    from domain.purchase import Answer, Outcome, Payment, PaymentStatus, PurchaseStatus
    from workflows import policies
    from workflows.attributes import PAYMENT_ID, order_attributes
    from workflows.payment_success import PaymentSuccess
    from workflows.saga import GivenUpError, Saga

OPEN_UPDATE = "open"


@workflow.defn
class StartPayment(Saga):
    """One purchase: open it, wait for its end, record it. A running one IS an open purchase."""

    @workflow.init
    def __init__(self, start: StartPaymentInput) -> None:
        super().__init__(PurchaseStatus.OPENING)
        self.order = start.order
        self.fingerprint = start.fingerprint
        self.opened_by = start.opened_by
        opened_at = workflow.info().start_time
        self.give_up_at = opened_at + timedelta(seconds=start.opening_timeout_s)
        self.expires_at = opened_at + timedelta(seconds=start.reservation_ttl_s)
        self.payment_id: str | None = None
        self.answer: Answer | None = None
        self.refusal: Refused | None = None
        self.settlement: Settlement | None = None
        self.recorded: Outcome | None = None

    @workflow.run
    async def run(self, start: StartPaymentInput) -> Settlement:
        """Carry the purchase to its end; the result tells how it ended."""
        self.note("opening", start.order.summary())
        try:
            await self._open(self.give_up_at)
        except GivenUpError:
            await self._undo_opening(GIVEN_UP, offset_refused=False)
        except Refused as refusal:
            await self._undo_opening(refusal, offset_refused=self.payment_id is not None)

        looks = 0
        while self.settlement is None:
            await self._wait_to_be_told(looks)
            if self.settlement is None:
                await self._look()
            looks += 1

        await self._record(self.settlement)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.settlement

    # ---- opening ----------------------------------------------------------------------------------------------------

    async def _open(self, give_up_at: datetime | None) -> None:
        payment = await self.step(
            PaymentsSteps.create_payment,
            self.order,
            summary=f"Create the payment of {self.order.summary()}",
            give_up_at=give_up_at,
        )
        self._know(payment)
        if self.recorded:
            return
        self.note("payment_created", payment.known_id)
        await self.step(
            ProjectsSteps.reserve_offset,
            ReserveCall(payment_id=payment.known_id, order=self.order),
            summary=f"Reserve {self.order.summary()}",
            give_up_at=give_up_at,
        )
        self.note("offset_reserved")
        self._await_payment(payment.known_id)

    def _know(self, payment: Payment) -> None:
        """Keep what the payment tells: its id, and how the purchase ended should that be recorded."""
        if payment.payment_id and payment.payment_id != self.payment_id:
            self.payment_id = payment.payment_id
            workflow.upsert_search_attributes([PAYMENT_ID.value_set(payment.payment_id)])
        if payment.outcome:
            self.recorded = payment.outcome
            self.settlement = Settlement(status=payment.outcome.status, reason=payment.outcome.reason)

    def _await_payment(self, payment_id: str) -> None:
        """The purchase is open: the answer can go out, and the buyer can pay."""
        self.answer = Answer(
            purchase_id=self.order.purchase_id,
            payment_id=payment_id,
            status=PurchaseStatus.AWAITING_PAYMENT,
            amount=self.order.amount,
            currency=self.order.currency,
            expires_at=self.expires_at,
            opened_by=self.opened_by,
        )
        self.note("awaiting_payment")
        self.show(PurchaseStatus.AWAITING_PAYMENT, f"Waits for the buyer to pay, until {self.expires_at:%H:%M:%S} UTC.")

    async def _undo_opening(self, refusal: Refused, *, offset_refused: bool) -> None:
        """Answer at once; then undo, money first and offset after it."""
        self.refusal = told(refusal)
        try:
            self._know(await self._cancel())
        except Refused:
            # Money moves for a purchase that we gave up: open it after all, or go the paid way.
            if not offset_refused:
                await self._open_after_all()
            return
        self.note("payment_canceled")
        if self.settlement or (self.payment_id and not await self.win_reservation(self.payment_id)):
            return
        self.settlement = Settlement(status=PurchaseStatus.REJECTED, reason=self.refusal.kind)

    async def _open_after_all(self) -> None:
        try:
            await self._open(give_up_at=None)
        except Refused as refusal:
            workflow.logger.info("no offset for a payment that moves: %s", refusal)

    async def _cancel(self) -> Payment:
        if self.payment_id:
            return await self.cancel_payment(self.payment_id)
        call = PurchaseCall(purchase_id=self.order.purchase_id)
        return await self.step(
            PaymentsSteps.cancel_purchase_payment, call, summary="Cancel the payment, wherever it is"
        )

    # ---- waiting for the end ----------------------------------------------------------------------------------------

    async def _wait_to_be_told(self, looks: int) -> None:
        """Wait for the saga that won, at first until the deadline, then from look to look."""
        wait = self.expires_at - workflow.now() if looks == 0 else policies.ask_again_delay(looks - 1)
        try:
            await workflow.wait_condition(
                lambda: self.settlement is not None,
                timeout=max(wait, timedelta()),
                timeout_summary="the buyer's payment, until the deadline" if looks == 0 else "look again",
            )
        except TimeoutError:
            if looks:
                await self._park_when_overdue()

    async def _park_when_overdue(self) -> None:
        overdue = workflow.now() - self.expires_at > policies.UNSETTLED_MAX
        if overdue and self.status is not PurchaseStatus.PROCESSING:
            await self.park("The purchase is not settled a day after its deadline")

    async def _look(self) -> None:
        """Nobody has told: ask the provider, and end what was not paid."""
        payment_id = self._known_payment_id()
        payment = await self.look(payment_id)
        self._know(payment)
        if self.settlement:
            return
        if payment.status is PaymentStatus.PAID:
            await self._start_payment_success(payment_id)
        elif payment.status is PaymentStatus.PROCESSING:
            self.show(PurchaseStatus.PROCESSING, "The bank processes the payment.")
        else:
            await self._expire(payment_id)

    async def _expire(self, payment_id: str) -> None:
        """Cancel, and only when that is done release; whoever wins the reservation tells."""
        try:
            await self.cancel_payment(payment_id)
        except Refused as refusal:
            if refusal.kind == "payment-paid":
                await self._start_payment_success(payment_id)
            return
        self.note("payment_canceled")
        if await self.win_reservation(payment_id):
            await self.publish("payment.expired", payment_id, self.order, PurchaseStatus.EXPIRED)
            self.settlement = Settlement(status=PurchaseStatus.EXPIRED)

    async def _start_payment_success(self, payment_id: str) -> None:
        """The webhook was lost, or is late: start its saga in its stead."""
        try:
            await workflow.start_child_workflow(
                PaymentSuccess.run,
                PaymentSuccessInput(payment_id=payment_id),
                id=payment_success_workflow_id(payment_id),
                task_queue=TaskQueue.PAYMENT_SUCCESS,
                parent_close_policy=ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                search_attributes=order_attributes(self.order, PurchaseStatus.PROCESSING, payment_id),
                static_summary=f"Deliver {self.order.summary()}",
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.info("payment %s has its saga already", payment_id)

    def _known_payment_id(self) -> str:
        if self.payment_id is None:
            raise ApplicationError("A purchase without a payment waits for nothing.", type="bug")
        return self.payment_id

    # ---- the end ----------------------------------------------------------------------------------------------------

    async def _record(self, settlement: Settlement) -> None:
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
            await self.sure_step(PaymentsSteps.record_outcome, call, summary=f"Record the outcome {settlement.status}")
        self.show(settlement.status, "The purchase is settled.")

    # ---- messages ---------------------------------------------------------------------------------------------------

    @workflow.update(name=OPEN_UPDATE, description="Wait until the purchase is open, or refused")
    async def opened(self, request: OpenRequest) -> Answer:
        """The answer to the buyer, the same for every repeat; fails with the refusal's kind as its type."""
        await workflow.wait_condition(lambda: bool(self.answer or self.refusal or self.recorded))
        try:
            return self._answer_for(request)
        except Refused as refusal:
            raise _as_failure(refusal) from refusal

    def _answer_for(self, request: OpenRequest) -> Answer:
        if self.recorded:
            return recorded_answer(self.recorded, request.fingerprint)
        if self.refusal or not self.answer:
            raise self.refusal or GIVEN_UP
        return self.answer

    @opened.validator
    def _check_opened(self, request: OpenRequest) -> None:
        if request.fingerprint != self.fingerprint:
            raise _as_failure(KEY_REUSED)

    @workflow.signal(description="The saga that won tells how the purchase ended")
    def settle(self, settlement: Settlement) -> None:
        """Take the first settlement that is told; there is only one winner, so a second one is its repeat."""
        self.settlement = self.settlement or settlement

    @workflow.signal(description="Another saga of this purchase tells where it stands")
    def progress(self, progress: Progress) -> None:
        """Show where the purchase stands as long as it is open."""
        if self.settlement is None:
            self.show(progress.status, progress.note)

    @workflow.query(description="The purchase as its saga sees it")
    def view(self) -> PurchaseView:
        """Status, timeline and all that the buyer may see."""
        return PurchaseView(
            status=self.status,
            reason=self.settlement.reason if self.settlement else self.refusal and self.refusal.kind,
            payment_id=self.payment_id,
            expires_at=self.expires_at,
            answer=self.answer,
            timeline=tuple(self.timeline),
        )


def _as_failure(refusal: Refused) -> ApplicationError:
    return ApplicationError(
        refusal.detail,
        refusal.extra,
        type=refusal.kind,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )

"""Opening a purchase: create its payment, reserve its offset, answer; or undo all of it."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps, ProjectsSteps
    from domain.answers import for_buyer, given_up, key_reused, recorded_answer
    from domain.errors import Refused
    from domain.keys import payment_id_of
    from domain.messages import OpenRequest, PurchaseCall, PurchaseResult, ReserveCall, StartPaymentInput
    from domain.payment import Payment, PaymentStatus
    from domain.purchase import Answer, Outcome, PurchaseStatus, TimelineEntry
    from workflows.parking import Unfinished, benign
    from workflows.saga import Saga

OPEN_UPDATE = "open"
EXPIRES = "Nothing: unpaid it ends by itself at its deadline. To end it sooner, cancel this workflow."
DELIVERS = "The payment is paid; its own saga delivers the offset."


class Opening(Saga):
    """The first part of a purchase's saga: it ends with an answer or a refusal, the same for every repeat."""

    def __init__(self, start: StartPaymentInput) -> None:
        self.order = start.order
        self.payment_id = payment_id_of(start.order.purchase_id)
        super().__init__(PurchaseStatus.OPENING)
        self.fingerprint = start.fingerprint
        self.opened_by = start.opened_by
        self.opened_at = workflow.info().workflow_start_time
        # The purchase begins with the buyer's request, however late a worker takes it up (`start_time` would be that).
        self.details.timeline.append(TimelineEntry(at=self.opened_at, event="opening", detail=start.order.summary()))
        self.give_up_at = self.opened_at + timedelta(seconds=start.opening_timeout_s)
        self.expires_at = self.opened_at + timedelta(seconds=start.reservation_ttl_s)
        self.answer: Answer | None = None
        self.refusal: Refused | None = None
        # Projects has refused the offset: the purchase cannot be opened any more, even if money moves.
        self.offset_refused = False
        self.result: PurchaseResult | None = None
        self.recorded: Outcome | None = None

    def abort_means(self) -> str:
        """An opening can be undone until its answer is given."""
        return "The opening is given up: the payment is canceled, then the offset released."

    def about(self) -> str:
        """The purchase and its payment."""
        return f"{self.order.about()}, payment `{self.payment_id}`"

    async def open_or_undo(self) -> None:
        """Open the purchase; what is refused, takes too long or is aborted is answered at once and then undone."""
        try:
            await self._open(self.give_up_at)
        except Unfinished:
            await self._undo_opening(given_up())
        except Refused as refusal:
            await self._undo_opening(refusal)

    async def _open(self, give_up_at: datetime | None) -> None:
        payment = await self.steps.take(
            PaymentsSteps.create_payment,
            self.order,
            summary=f"Create the payment of {self.order.summary()}",
            give_up_at=give_up_at,
        )
        self.heed_record(payment)
        if self.recorded:
            return
        self.details.note("payment_created", self.payment_id)
        try:
            await self.steps.take(
                ProjectsSteps.reserve_offset,
                ReserveCall(payment_id=self.payment_id, order=self.order),
                summary=f"Reserve {self.order.summary()}",
                give_up_at=give_up_at,
            )
        except Refused:
            self.offset_refused = True
            raise
        self.details.note("offset_reserved")
        self._is_open(paid=payment.status is PaymentStatus.PAID)

    def heed_record(self, payment: Payment) -> None:
        """Take the recorded outcome as this saga's result, if there is one."""
        if payment.outcome:
            self.recorded = payment.outcome
            self.result = PurchaseResult(**payment.outcome.model_dump(include={"status", "reason", "timeline"}))

    def _is_open(self, *, paid: bool) -> None:
        """The answer can go out; the buyer can pay, unless the payment was paid when it was created."""
        # From now on the buyer may have paid: the provider is asked before the purchase is ended.
        self.parking.compensable = False
        status = PurchaseStatus.PROCESSING if paid else PurchaseStatus.AWAITING_PAYMENT
        self.answer = Answer(
            purchase_id=self.order.purchase_id,
            payment_id=self.payment_id,
            status=status,
            amount=self.order.amount,
            currency=self.order.currency,
            expires_at=self.expires_at,
            opened_by=self.opened_by,
        )
        if paid:
            self.details.show(status, DELIVERS)
        else:
            self.details.note("awaiting_payment")
            self.details.show(status, to_do=EXPIRES)

    async def _undo_opening(self, refusal: Refused) -> None:
        """Answer at once; then undo, money first and offset after it."""
        self.parking.compensable = False
        self.refusal = for_buyer(refusal)
        call = PurchaseCall(purchase_id=self.order.purchase_id)
        cancel = PaymentsSteps.cancel_payment_of
        try:
            self.heed_record(await self.steps.take(cancel, call, summary="Cancel the payment, wherever it is"))
        except Refused:
            # The cancel was refused because money moves: open the purchase after all.
            await self._open_after_all()
            return
        self.details.note("payment_canceled")
        if self.result:
            return
        try:
            await self.release(self.payment_id)
        except Refused:
            return
        self.result = PurchaseResult(status=PurchaseStatus.REJECTED, reason=self.refusal.kind)

    async def _open_after_all(self) -> None:
        if self.offset_refused:
            return
        try:
            await self._open(give_up_at=None)
        except Refused as refusal:
            workflow.logger.info("no offset for a payment that moves: %s", refusal)

    # ---- the answer -------------------------------------------------------------------------------------------------

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
            raise self.refusal or given_up()
        return self.answer

    @opened.validator
    def _check_opened(self, request: OpenRequest) -> None:
        if request.fingerprint != self.fingerprint:
            raise _as_failure(key_reused())


def _as_failure(refusal: Refused) -> ApplicationError:
    return benign(refusal.kind, refusal.detail, refusal.extra)

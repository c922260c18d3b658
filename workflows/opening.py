"""Opening a purchase: create its payment, reserve its offset, answer; or undo all of it."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities import PaymentsSteps, ProjectsSteps
    from domain.answers import GIVEN_UP, KEY_REUSED, recorded_answer, told
    from domain.errors import Refused
    from domain.messages import OpenRequest, PurchaseCall, ReserveCall, Settlement, StartPaymentInput
    from domain.purchase import Answer, Outcome, Payment, PurchaseStatus, TimelineEntry
    from workflows.attributes import PAYMENT_ID
    from workflows.parking import Unfinished, benign
    from workflows.saga import Saga

OPEN_UPDATE = "open"
EXPIRES = "Nothing: unpaid it ends by itself at its deadline. To end it sooner, cancel this workflow."


class Opening(Saga):
    """The first part of a purchase's saga: it ends with an answer or a refusal, and answers every repeat alike."""

    def __init__(self, start: StartPaymentInput) -> None:
        super().__init__(PurchaseStatus.OPENING)
        self.order = start.order
        self.fingerprint = start.fingerprint
        self.opened_by = start.opened_by
        opened_at = workflow.info().workflow_start_time
        # The purchase begins with the buyer's request, however late a worker takes it up (`start_time` would be that).
        self.timeline.append(TimelineEntry(at=opened_at, event="opening", detail=start.order.summary()))
        self.give_up_at = opened_at + timedelta(seconds=start.opening_timeout_s)
        self.expires_at = opened_at + timedelta(seconds=start.reservation_ttl_s)
        self.payment_id: str | None = None
        self.answer: Answer | None = None
        self.refusal: Refused | None = None
        self.settlement: Settlement | None = None
        # How other sagas say that it ended, by the payment that they have looked at.
        self.told: dict[str, Settlement] = {}
        self.recorded: Outcome | None = None

    def abort_means(self) -> str:
        """An opening can be undone as long as nobody has its answer."""
        return "The opening is given up: the payment is canceled, then the offset released."

    def about(self) -> str:
        """The purchase, and its payment once that is known."""
        payment = f", payment `{self.payment_id}`" if self.payment_id else ""
        return f"{self.order.about()}{payment}"

    async def open_or_undo(self) -> None:
        """Open the purchase; what is refused, takes too long or is aborted is answered at once and then undone."""
        try:
            await self._open(self.give_up_at)
        except Unfinished:
            await self._undo_opening(GIVEN_UP, offset_refused=False)
        except Refused as refusal:
            await self._undo_opening(refusal, offset_refused=self.payment_id is not None)

    async def _open(self, give_up_at: datetime | None) -> None:
        payment = await self.step(
            PaymentsSteps.create_payment,
            self.order,
            summary=f"Create the payment of {self.order.summary()}",
            give_up_at=give_up_at,
        )
        self.know(payment)
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

    def know(self, payment: Payment) -> None:
        """Keep what the payment tells: its id, and how the purchase ended should that be recorded."""
        if payment.payment_id and payment.payment_id != self.payment_id:
            self.payment_id = payment.payment_id
            workflow.upsert_search_attributes([PAYMENT_ID.value_set(payment.payment_id)])
            self.heed_told()
        if payment.outcome:
            self.recorded = payment.outcome
            self.settlement = Settlement(**payment.outcome.model_dump(include={"status", "reason", "timeline"}))

    def heed_told(self) -> None:
        """Believe the saga that has looked at this very payment."""
        self.settlement = self.settlement or self.told.get(self.payment_id or "")

    def _await_payment(self, payment_id: str) -> None:
        """The purchase is open: the answer can go out, and the buyer can pay."""
        self.undoable = False  # From now on the buyer may have paid: the provider is asked before it is ended.
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
        self.show(PurchaseStatus.AWAITING_PAYMENT, to_do=EXPIRES)

    async def _undo_opening(self, refusal: Refused, *, offset_refused: bool) -> None:
        """Answer at once; then undo, money first and offset after it."""
        self.undoable = False
        self.refusal = told(refusal)
        try:
            self.know(await self._cancel())
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
            raise self.refusal or GIVEN_UP
        return self.answer

    @opened.validator
    def _check_opened(self, request: OpenRequest) -> None:
        if request.fingerprint != self.fingerprint:
            raise _as_failure(KEY_REUSED)


def _as_failure(refusal: Refused) -> ApplicationError:
    return benign(refusal.kind, refusal.detail, refusal.extra)

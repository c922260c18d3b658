"""What all sagas share: steps, waiting, parking, and what people see of them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.exceptions import TimeoutError as StepTimeoutError

with workflow.unsafe.imports_passed_through():
    from activities import NotifierSteps, PaymentsSteps, ProjectsSteps
    from activities.step import REFUSED
    from domain.errors import Refused
    from domain.messages import Notification, PaymentCall, Progress, Settlement, purchase_workflow_id
    from domain.purchase import Order, Payment, PurchaseStatus, TimelineEntry
    from workflows import policies
    from workflows.attributes import PURCHASE_STATUS

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")

Decision = Literal["retry", "skip", "abort"]


class GivenUpError(Exception):
    """A step did not end before its saga's time was over; it may have taken effect."""


class Saga:
    """A saga of one purchase: takes steps, waits, parks, and says where it stands."""

    def __init__(self, status: PurchaseStatus) -> None:
        self.status = status
        self.timeline: list[TimelineEntry] = []
        self._parked_because: str | None = None
        self._decision: Decision | None = None

    # ---- steps ------------------------------------------------------------------------------------------------------

    async def step(
        self,
        method: Callable[[S, A], Awaitable[R]],
        arg: A,
        *,
        summary: str,
        give_up_at: datetime | None = None,
    ) -> R:
        """Take one step, however often it must be tried.

        Raises Refused when the callee says no, and GivenUpError when `give_up_at` has come: then the step may have
        taken effect or not. What breaks the callee's contract parks the saga.
        """
        name = method.__name__.replace("_", "-")
        while True:
            remaining = give_up_at - workflow.now() if give_up_at else None
            if remaining is not None and remaining.total_seconds() <= 0:
                raise GivenUpError(name)
            try:
                # The activity's id is the step's name, and so a part of the key at the callee (activities.step).
                return await workflow.execute_activity_method(
                    method,
                    arg,
                    activity_id=name,
                    summary=summary,
                    start_to_close_timeout=policies.ATTEMPT_TIMEOUT,
                    schedule_to_close_timeout=remaining,
                    retry_policy=policies.STEP_RETRY,
                )
            except ActivityError as error:
                cause = error.cause
                if isinstance(cause, ApplicationError) and cause.type == REFUSED:
                    raise Refused(*cause.details) from error
                if isinstance(cause, StepTimeoutError):
                    raise GivenUpError(name) from error
                if not isinstance(cause, ApplicationError):
                    raise
                await self.park(f"The step {name} broke its contract: {cause.message}")

    async def sure_step(self, method: Callable[[S, A], Awaitable[R]], arg: A, *, summary: str) -> R:
        """Take a step that has to be done whatever happens: a refusal parks the saga."""
        while True:
            try:
                return await self.step(method, arg, summary=summary)
            except Refused as refusal:
                await self.park(f"{summary}: refused, {refusal.detail}")

    async def look(self, payment_id: str) -> Payment:
        """The payment as the provider has it now; one that Payments does not know for an hour parks the saga."""
        attempt = 0
        while True:
            try:
                return await self.step(
                    PaymentsSteps.look_at_payment,
                    PaymentCall(payment_id=payment_id),
                    summary=f"Look at payment {payment_id}",
                )
            except Refused:
                await self.ask_again_later(attempt, f"Payments does not know payment {payment_id}")
                attempt += 1

    async def cancel_payment(self, payment_id: str) -> Payment:
        """Cancel the payment; Refused when money has moved or is moving."""
        call = PaymentCall(payment_id=payment_id)
        return await self.step(PaymentsSteps.cancel_payment, call, summary=f"Cancel payment {payment_id}")

    async def win_reservation(self, payment_id: str) -> bool:
        """Close the reservation: True if this saga decides the purchase's end, False if another does."""
        call = PaymentCall(payment_id=payment_id)
        try:
            await self.step(ProjectsSteps.release_offset, call, summary="Release the reserved offset")
        except Refused:
            return False
        self.note("offset_released")
        return True

    async def publish(self, kind: str, payment_id: str, order: Order, status: PurchaseStatus) -> None:
        """Publish a notification until the broker has confirmed it."""
        notification = Notification(kind=kind, payment_id=payment_id, order=order, status=status, time=workflow.now())
        await self.sure_step(NotifierSteps.publish_notification, notification, summary=f"Publish {kind}")
        self.note("notified", kind)

    # ---- the purchase -----------------------------------------------------------------------------------------------

    async def tell(self, purchase_id: str, message: Settlement | Progress) -> None:
        """Tell the purchase's own saga; one that is closed already needs no telling."""
        handle = workflow.get_external_workflow_handle(purchase_workflow_id(purchase_id))
        try:
            await handle.signal("settle" if isinstance(message, Settlement) else "progress", message)
        except ApplicationError:
            workflow.logger.info("purchase %s is closed already", purchase_id)

    async def tell_end(self, order: Order, status: PurchaseStatus, reason: str | None = None) -> None:
        """Tell the purchase how it ended."""
        self.show(status)
        message = Settlement(status=status, reason=reason, timeline=tuple(self.timeline))
        await self.tell(order.purchase_id, message)

    # ---- waiting and parking ----------------------------------------------------------------------------------------

    async def ask_again_later(self, attempt: int, why: str) -> None:
        """Wait before question number `attempt` + 1; after an hour of questions park the saga."""
        if attempt % policies.ASK_AGAIN_ATTEMPTS == policies.ASK_AGAIN_ATTEMPTS - 1:
            await self.park(f"{why}, for an hour")
        else:
            await workflow.sleep(policies.ask_again_delay(attempt), summary=why)

    async def park(self, why: str, until: Callable[[], bool] = lambda: False) -> None:
        """Wait for an operator's decision to try again, or for what else `until` tells; then return."""
        status = self.status
        self._parked_because, self._decision = why, None
        self.show(PurchaseStatus.NEEDS_ATTENTION, f"{why}.", "Mend the cause, then send the update `resolve`: `retry`.")
        await self.parked(why)
        await workflow.wait_condition(lambda: self._decision is not None or until())
        self._parked_because = None
        self.show(status)
        await self.resumed()

    async def parked(self, why: str) -> None:
        """What else a saga does when it parks."""

    async def resumed(self) -> None:
        """What else a saga does when it goes on."""

    @workflow.update(description="An operator's decision on a parked saga: retry")
    def resolve(self, decision: Decision) -> str:
        """Go on with a parked saga; answers what will happen."""
        self._decision = decision
        return "The step is tried again."

    @resolve.validator
    def _check_resolve(self, decision: Decision) -> None:
        if self._parked_because is None:
            raise ApplicationError("Nothing is parked here: the saga goes on by itself.", type="not-parked")
        if decision != "retry":
            raise ApplicationError(
                f"{decision!r} is not offered here; what can be decided is: retry.", type="not-offered"
            )

    # ---- what people see --------------------------------------------------------------------------------------------

    def note(self, event: str, detail: str = "") -> None:
        """Add to the purchase's timeline; what happens again on a later look stands there once."""
        if not any((entry.event, entry.detail) == (event, detail) for entry in self.timeline):
            self.timeline.append(TimelineEntry(at=workflow.now(), event=event, detail=detail))

    def show(self, status: PurchaseStatus, stands: str = "", to_do: str = "Nothing.") -> None:
        """Show where the saga stands: in its search attribute, and in words in the UI."""
        if status is not self.status:
            self.status = status
            workflow.upsert_search_attributes([PURCHASE_STATUS.value_set(status.value)])
        words = status.value.replace("_", " ")
        details = f"**{words}** since {workflow.now():%Y-%m-%d %H:%M:%S} UTC. {stands}\n\n**To do:** {to_do}"
        workflow.set_current_details(details)

"""What all sagas share: steps, looks, telling the purchase, asking again."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.exceptions import TimeoutError as StepTimeoutError
from temporalio.workflow import ActivityCancellationType

with workflow.unsafe.imports_passed_through():
    from activities import NotifierSteps, PaymentsSteps, ProjectsSteps
    from activities.step import REFUSED, UNAVAILABLE
    from domain.errors import Refused
    from domain.messages import Notification, PaymentCall, Progress, Settlement, purchase_workflow_id
    from domain.purchase import Order, Payment, PurchaseStatus
    from workflows import policies
    from workflows.effects import effect_of
    from workflows.parking import Aborted, Parking, Reason, Skip, Unfinished, benign
    from workflows.standing import summarized

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")


class GivenUp(Unfinished):
    """A step did not end before its saga's time was over."""


class Saga(Parking):
    """A saga of one purchase: takes steps, looks, tells, and asks again."""

    # ---- steps ------------------------------------------------------------------------------------------------------

    async def step(
        self,
        method: Callable[[S, A], Awaitable[R]],
        arg: A,
        *,
        summary: str,
        give_up_at: datetime | None = None,
        sure: bool = False,
    ) -> R:
        """Take one step, however often it must be tried; a `sure` one has to be done whatever happens.

        Raises Refused when the callee says no (a `sure` step parks the saga instead); GivenUp when `give_up_at` has
        come and Aborted when the saga is to be undone: then the step may have taken effect or not. What breaks the
        callee's contract parks the saga.
        """
        name = step_name(method)
        while True:
            try:
                done = await self._take(method, arg, name, summary, give_up_at)
                if done is not None:
                    return done
                reason, why = Reason.CONTRACT_BROKEN, f"{summary}: said to be done, but by no worker of ours"
            except ActivityError as error:
                reason, why = self._why_parked(error, summary, limited=give_up_at is not None, sure=sure)
            parked = await self.park(reason, why, self._skip(name, arg))
            if parked.skipped:
                answer: R = parked.answer
                return answer

    async def _take(
        self,
        method: Callable[[S, A], Awaitable[R]],
        arg: A,
        name: str,
        summary: str,
        give_up_at: datetime | None,
    ) -> R:
        """Run the step's activity; one that can be undone is left when the saga is to be undone."""
        if self.aborting:
            raise Aborted(name)
        limit = give_up_at - workflow.now() if give_up_at else policies.STEP_MAX
        if limit.total_seconds() <= 0:
            raise GivenUp(name)
        # The activity's id is the step's name, and so a part of the key at the callee (activities.step).
        activity = workflow.start_activity_method(
            method,
            arg,
            activity_id=name,
            summary=summarized(summary),
            start_to_close_timeout=policies.ATTEMPT_TIMEOUT,
            heartbeat_timeout=policies.HEARTBEAT_TIMEOUT,
            schedule_to_close_timeout=limit,
            retry_policy=policies.OPENING_RETRY if give_up_at else policies.STEP_RETRY,
            # An attempt that runs may still take effect: what undoes it must come after its end.
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        with self.under_way(summary):
            await workflow.wait_condition(lambda: activity.done() or self.aborting)
            if not activity.done():
                activity.cancel()
            return await activity

    def _why_parked(self, error: ActivityError, summary: str, *, limited: bool, sure: bool) -> tuple[Reason, str]:
        """Why a step that has failed parks its saga; raises Refused, Aborted or GivenUp where it does not."""
        cause = error.cause
        # One without details is no worker's of ours.
        if isinstance(cause, ApplicationError) and cause.type == REFUSED and cause.details:
            refused = Refused(*cause.details)
            if sure:
                return Reason.REFUSED, f"{summary}: refused, {refused.detail}"
            raise refused from error
        if self.aborting:
            raise Aborted(summary) from error
        # The server ends the tries with the last one's failure, or with the time limit itself.
        if isinstance(cause, StepTimeoutError) or (isinstance(cause, ApplicationError) and cause.type == UNAVAILABLE):
            if limited:
                raise GivenUp(summary) from error
            return Reason.NO_ANSWER, f"{summary}: no answer for {policies.STEP_MAX.days} days"
        if isinstance(cause, ApplicationError):
            return Reason.CONTRACT_BROKEN, f"{summary}: the callee broke its contract, {cause.message}"
        raise error

    def _skip(self, name: str, arg: Any) -> Skip | None:
        """How a skip of the step is verified; None where it cannot be done by hand."""
        if name == step_name(NotifierSteps.publish_notification):
            return Skip("The notification is left out.", _nothing_to_see)
        effect = effect_of(name, arg, f"{workflow.info().workflow_id}/{name}")
        if effect is None:
            return None

        async def check() -> Any:
            try:
                answer = await workflow.execute_activity_method(
                    effect.read,
                    effect.arg,
                    summary=f"Has somebody done {name} by hand?",
                    start_to_close_timeout=policies.ATTEMPT_TIMEOUT,
                    schedule_to_close_timeout=policies.PROOF_MAX,
                    retry_policy=policies.STEP_RETRY,
                )
            except ActivityError as error:
                raise benign("not-seen", f"Not skipped: {error.cause}.") from error
            if not effect.seen(answer):
                raise benign("not-seen", f"Not skipped: the callee does not show the effect of {name}.")
            return answer

        return Skip("The step counts as done by hand; refused unless its callee shows its effect.", check)

    # ---- steps that several sagas take ------------------------------------------------------------------------------

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
        try:
            await self.release(payment_id)
        except Refused:
            return False
        return True

    async def release(self, payment_id: str) -> None:
        """Close the reservation; Refused if it is sold, or another saga has closed it."""
        call = PaymentCall(payment_id=payment_id)
        await self.step(ProjectsSteps.release_offset, call, summary="Release the reserved offset")
        self.note("offset_released")

    async def publish(
        self, kind: str, payment_id: str, order: Order, status: PurchaseStatus, amount_refunded: int | None = None
    ) -> None:
        """Publish a notification until the broker has confirmed it."""
        notification = Notification(
            kind=kind,
            payment_id=payment_id,
            order=order,
            status=status,
            time=workflow.now(),
            amount_refunded=amount_refunded,
        )
        await self.step(NotifierSteps.publish_notification, notification, summary=f"Publish {kind}", sure=True)
        self.note("notified", kind)

    # ---- the purchase -----------------------------------------------------------------------------------------------

    async def tell(self, purchase_id: str, message: Settlement | Progress) -> None:
        """Tell the purchase's own saga; one that is closed already needs no telling."""
        handle = workflow.get_external_workflow_handle(purchase_workflow_id(purchase_id))
        try:
            await handle.signal("settle" if isinstance(message, Settlement) else "progress", message)
        except ApplicationError:
            workflow.logger.info("purchase %s is closed already", purchase_id)

    async def tell_end(self, payment_id: str, order: Order, status: PurchaseStatus, reason: str | None = None) -> None:
        """Tell the purchase how it ended."""
        self.show(status)
        message = Settlement(payment_id=payment_id, status=status, reason=reason, timeline=tuple(self.timeline))
        await self.tell(order.purchase_id, message)

    # ---- waiting ----------------------------------------------------------------------------------------------------

    async def ask_again_later(self, attempt: int, why: str) -> None:
        """Wait before question number `attempt` + 1; after an hour of questions park the saga."""
        if attempt % policies.ASK_AGAIN_ATTEMPTS == policies.ASK_AGAIN_ATTEMPTS - 1:
            await self.park(Reason.NOT_YET, f"{why}, for an hour")
            return
        try:
            delay = policies.ask_again_delay(attempt)
            with self.under_way(f"{why}: it is asked again after {delay.total_seconds():g} s"):
                await workflow.wait_condition(lambda: self.aborting, timeout=delay, timeout_summary=summarized(why))
        except TimeoutError:
            return
        raise Aborted(why)


def step_name(method: Callable[..., Any]) -> str:
    """A step's name, as it stands in its key: `cancel-payment`."""
    return method.__name__.replace("_", "-")


async def _nothing_to_see() -> None:
    """A notification may always be skipped."""

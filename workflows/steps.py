"""How a step is taken: tried, retried, keyed, summarized, left and parked, in one place for all sagas."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeGuard, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError
from temporalio.exceptions import TimeoutError as StepTimeoutError
from temporalio.workflow import ActivityCancellationType

with workflow.unsafe.imports_passed_through():
    from activities import NotifierSteps
    from activities.step import REFUSED, UNAVAILABLE, is_compensation, step_name
    from domain.errors import RefusalKind, Refused
    from workflows import policies
    from workflows.effects import effect_of
    from workflows.parking import Aborted, Parking, Reason, Skip, Unfinished, benign
    from workflows.status_details import StatusDetails, summarized

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")


class GivenUp(Unfinished):
    """A step did not end before its saga's time was over."""


class Steps:
    """The steps of one saga, which shows them in `details`, and parks where one cannot be taken."""

    def __init__(self, details: StatusDetails, parking: Parking) -> None:
        self._details = details
        self._parking = parking

    async def take(
        self,
        method: Callable[[S, A], Awaitable[R]],
        arg: A,
        *,
        summary: str,
        give_up_at: datetime | None = None,
        must_succeed: bool = False,
    ) -> R:
        """Take one step, however often it must be tried; with `must_succeed` it cannot be refused.

        Raises Refused when the callee says no (where it must succeed the saga parks instead); GivenUp when `give_up_at`
        has come and Aborted when the saga is to be undone: then the step may have taken effect or not. What breaks the
        callee's contract parks the saga.
        """
        while True:
            try:
                done = await self._try(method, arg, summary, give_up_at, must_succeed=must_succeed)
                if done is not None:
                    return done
                reason, why = Reason.CONTRACT_BROKEN, f"{summary}: said to be done, but by no worker of ours"
            except FailureError as error:
                reason, why = self._why_parked(
                    error, summary, limited=give_up_at is not None, must_succeed=must_succeed
                )
            parked = await self._parking.park(reason, why, self._skip(method, arg))
            if parked.skipped:
                answer: R = parked.answer
                return answer

    async def _try(
        self,
        method: Callable[[S, A], Awaitable[R]],
        arg: A,
        summary: str,
        give_up_at: datetime | None,
        *,
        must_succeed: bool,
    ) -> R:
        """Try the step once within the saga's task, where most are done or refused; any other goes on as an activity.

        Only an activity shows in Temporal's UI that it struggles or has failed. What a worker has done within a task is
        done again, and perhaps decided otherwise, where it dies before the task's end. So a compensation is an activity
        at once: the decision to undo stands in the history before it.
        """
        if not is_compensation(method):
            try:
                return await self._within_task(method, arg, summary, give_up_at)
            except FailureError as error:
                if _is_refusal(error) and not must_succeed:
                    raise
                await self._pause(error, summary, give_up_at)
        return await self._as_activity(method, arg, summary, give_up_at)

    async def _within_task(
        self, method: Callable[[S, A], Awaitable[R]], arg: A, summary: str, give_up_at: datetime | None
    ) -> R:
        local = workflow.start_local_activity_method(
            method,
            arg,
            activity_id=step_name(method),
            summary=summarized(summary),
            schedule_to_close_timeout=min(self._time_left(summary, give_up_at), policies.WITHIN_TASK),
            retry_policy=policies.ONCE,
        )
        # Awaited once it is done: a failure that is thrown into its waiting caller hides branches from coverage.
        await workflow.wait_condition(local.done)
        return await local

    async def _pause(self, error: FailureError, summary: str, give_up_at: datetime | None) -> None:
        """Wait before the second attempt, as long as the callee asks for."""
        asked_for = error.next_retry_delay if isinstance(error, ApplicationError) else None
        delay = min(asked_for or policies.STEP_RETRY.initial_interval, self._time_left(summary, give_up_at))
        await self._parking.pause(delay, f"{summary}: tried again in {delay.total_seconds():g} s")

    async def _as_activity(
        self, method: Callable[[S, A], Awaitable[R]], arg: A, summary: str, give_up_at: datetime | None
    ) -> R:
        """Run the step's activity; one that can be undone is left when the saga is to be undone."""
        # The activity's id is the step's name, and so a part of the key at the callee (activities.step).
        activity = workflow.start_activity_method(
            method,
            arg,
            activity_id=step_name(method),
            summary=summarized(summary),
            start_to_close_timeout=policies.ATTEMPT_TIMEOUT,
            heartbeat_timeout=policies.HEARTBEAT_TIMEOUT,
            schedule_to_close_timeout=self._time_left(summary, give_up_at),
            retry_policy=policies.OPENING_RETRY if give_up_at else policies.STEP_RETRY,
            # An attempt that runs may still take effect: what undoes it must come after its end.
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        with self._details.under_way(summary):
            await workflow.wait_condition(lambda: activity.done() or self._parking.aborting)
            if not activity.done():
                activity.cancel()
            return await activity

    def _time_left(self, summary: str, give_up_at: datetime | None) -> timedelta:
        """How long the step may still be tried; raises Aborted or GivenUp where it may not."""
        if self._parking.aborting:
            raise Aborted(summary)
        left = give_up_at - workflow.now() if give_up_at else policies.STEP_MAX
        if left.total_seconds() <= 0:
            raise GivenUp(summary)
        return left

    def _why_parked(
        self, error: FailureError, summary: str, *, limited: bool, must_succeed: bool
    ) -> tuple[Reason, str]:
        """Why a step that has failed parks its saga; raises Refused, Aborted or GivenUp where it does not."""
        # An activity's failure comes in an envelope, that of a step within the saga's task bare; but that its time was
        # over comes in one, and bare when the task is replayed (temporalio 1.35).
        cause = error.cause if isinstance(error, ActivityError) else error
        if _is_refusal(cause):
            refused = Refused(*cause.details)
            if must_succeed:
                return Reason.REFUSED, f"{summary}: refused, {refused.detail}"
            raise refused from error
        if self._parking.aborting:
            raise Aborted(summary) from error
        # The server ends the tries with the last one's failure, or with the time limit itself.
        if isinstance(cause, StepTimeoutError) or (isinstance(cause, ApplicationError) and cause.type == UNAVAILABLE):
            if limited:
                raise GivenUp(summary) from error
            return Reason.NO_ANSWER, f"{summary}: no answer for {policies.STEP_MAX.days} days"
        if isinstance(cause, ApplicationError):
            return Reason.CONTRACT_BROKEN, f"{summary}: the callee broke its contract, {cause.message}"
        raise error

    def _skip(self, method: Callable[..., Any], arg: Any) -> Skip | None:
        """How a skip of the step is verified; None where it cannot be done by hand."""
        name = step_name(method)
        if method is NotifierSteps.publish_notification:
            return Skip("The notification is left out.", _nothing_to_see)
        effect = effect_of(method, arg, self.key_of(method))
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
                raise benign(RefusalKind.NOT_SEEN, f"Not skipped: {error.cause}.") from error
            if not effect.seen(answer):
                raise benign(RefusalKind.NOT_SEEN, f"Not skipped: the callee does not show the effect of {name}.")
            return effect.answer(answer)

        return Skip("The step counts as done by hand; refused unless its callee shows its effect.", check)

    @staticmethod
    def key_of(method: Callable[..., Any]) -> str:
        """The key of one of this saga's steps at its callee."""
        return f"{workflow.info().workflow_id}/{step_name(method)}"


def _is_refusal(error: BaseException | None) -> TypeGuard[ApplicationError]:
    """Whether the callee has said no; one without details is no worker's of ours."""
    return isinstance(error, ApplicationError) and error.type == REFUSED and bool(error.details)


async def _nothing_to_see() -> None:
    """A notification may always be skipped."""

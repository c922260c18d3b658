"""How a saga parks, and how people decide: `resolve` when it is parked, a cancellation at any time."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from domain.messages import ParkedView
    from domain.purchase import PurchaseStatus
    from workflows import policies
    from workflows.metrics import count_parked
    from workflows.standing import Standing, summarized

Start = TypeVar("Start")
End = TypeVar("End")

RETRY, SKIP, ABORT = "retry", "skip", "abort"


class Reason(StrEnum):
    """The kinds of reasons for which a saga parks; docs/operations.md tells what to do about each."""

    REFUSED = "refused"
    NO_ANSWER = "no-answer"
    CONTRACT_BROKEN = "contract-broken"
    NOT_YET = "not-yet"
    OVERDUE = "overdue"
    REFUND_FAILED = "refund-failed"


class Unfinished(Exception):
    """A step is not waited for any longer: it may have taken effect, or may still do so."""


class Aborted(Unfinished):
    """Somebody wants the saga undone, and it still can be."""

    reason = "aborted"


@dataclass(frozen=True)
class Skip:
    """What a skip of a parked step means; `check` answers what the step would have, or fails with `not-seen`."""

    means: str
    check: Callable[[], Awaitable[Any]]


@dataclass
class Parked:
    """A saga that waits for an operator; `answer` is what the check of a skipped step has shown."""

    why: str
    since: datetime
    choices: dict[str, str]
    skip: Skip | None
    decision: str | None = None
    answer: Any = None
    checking: bool = False

    @property
    def skipped(self) -> bool:
        """Whether the step counts as done, with `answer` as its answer."""
        return self.decision == SKIP


class Parking(Standing):
    """What people decide about a saga.

    As long as it is `undoable`, an abort or a cancellation raises Aborted where the saga waits; from its point of no
    return on, and while it undoes, neither can stop it.
    """

    def __init__(self, status: PurchaseStatus) -> None:
        super().__init__(status)
        self.undoable = True
        self.abort_requested = False
        self._parked: Parked | None = None

    def abort_means(self) -> str:
        """What an abort will do, in a sentence; asked only of a saga that can be undone."""
        raise NotImplementedError

    @property
    def aborting(self) -> bool:
        """Whether the saga is to be undone, and can be."""
        return self.undoable and self.abort_requested

    async def park(
        self, reason: Reason, why: str, skip: Skip | None = None, until: Callable[[], bool] = lambda: False
    ) -> Parked:
        """Wait for an operator's decision, or for what else `until` tells.

        Raises Aborted when the saga is to be undone.
        """
        before = self.standing
        parked = self._parked = Parked(why, workflow.now(), self._choices(skip), skip)
        self.show(PurchaseStatus.NEEDS_ATTENTION, f"{why}.", _to_decide(parked.choices))
        count_parked(reason)
        await self.parked(why)
        await self._decision(why, lambda: parked.decision is not None or self.aborting or until())
        self._parked = None
        self.show(*before)
        await self.resumed()
        if self.aborting:
            raise Aborted(why)
        return parked

    @staticmethod
    async def _decision(why: str, is_there: Callable[[], bool]) -> None:
        """Wait as long as it takes; the timer is there for its summary, which the UI's timeline shows as waiting."""
        try:
            summary = summarized(f"an operator's decision: {why}")
            await workflow.wait_condition(is_there, timeout=policies.DECISION_SHOWN, timeout_summary=summary)
        except TimeoutError:
            await workflow.wait_condition(is_there)

    def _choices(self, skip: Skip | None) -> dict[str, str]:
        choices = {RETRY: "What failed is tried again."}
        if skip:
            choices[SKIP] = skip.means
        if self.undoable:
            choices[ABORT] = self.abort_means()
        return choices

    async def parked(self, why: str) -> None:
        """What else a saga does when it parks."""

    async def resumed(self) -> None:
        """What else a saga does when it goes on."""

    # ---- people's decisions -----------------------------------------------------------------------------------------

    @workflow.update(description="An operator's decision on a parked saga: retry, skip or abort")
    async def resolve(self, decision: str) -> str:
        """Go on with a parked saga; answers what will happen. Fails with `not-seen` where a skip is not proven."""
        parked = self._parked
        if parked is None:
            raise benign("not-parked", "Nothing is parked here any more: the saga went on by itself.")
        if decision == SKIP and parked.skip:
            parked.checking = True
            try:
                parked.answer = await parked.skip.check()
            finally:
                parked.checking = False
        if decision == ABORT:
            self.abort_requested = True
        parked.decision = decision
        return parked.choices[decision]

    @resolve.validator
    def _check_resolve(self, decision: str) -> None:
        if self._parked is None or self._parked.decision:
            raise benign("not-parked", "Nothing is parked here: the saga goes on by itself.")
        if decision not in self._parked.choices:
            offered = ", ".join(self._parked.choices)
            raise benign("not-offered", f"{decision!r} makes no sense here; what can be decided is: {offered}.")
        if self._parked.checking:
            raise benign("not-offered", "Another decision is being checked; ask again in a moment.")

    @workflow.query(name="parked", description="Why the saga waits for an operator, and what each choice will do")
    def parked_view(self) -> ParkedView | None:
        """None when it does not wait."""
        parked = self._parked
        return ParkedView(since=parked.since, reason=parked.why, choices=parked.choices) if parked else None


P = TypeVar("P", bound=Parking)


def heeds_cancellation(run: Callable[[P, Start], Awaitable[End]]) -> Callable[[P, Start], Awaitable[End]]:
    """Make a cancellation a request that the saga heeds where it can be undone; it is never torn out of a step.

    A saga that is aborted before it has done anything closes as canceled or failed, so that its id can be used again.
    """

    @functools.wraps(run)
    async def shielded(self: P, start: Start) -> End:
        saga = asyncio.ensure_future(run(self, start))
        try:
            try:
                return await asyncio.shield(saga)
            except asyncio.CancelledError:
                self.abort_requested = True
                return await saga
        except Aborted as aborted:
            self.leave("Somebody has ended the saga; it had done nothing yet.")
            if workflow.cancellation_reason() is not None:
                raise asyncio.CancelledError from aborted
            raise benign("aborted", "An operator ended the saga; it had done nothing yet.") from aborted

    return shielded


def told_whole(signal: Callable[..., None]) -> Callable[..., None]:
    """Hear a signal only with the one thing that it tells: by any other the SDK fails the saga's task, for ever."""

    @functools.wraps(signal)
    def heard(self: Any, *told: Any) -> None:
        if len(told) == 1:
            signal(self, *told)

    return heard


def _to_decide(choices: dict[str, str]) -> str:
    """What an operator can do, as the UI shows it; what each reason means stands in docs/operations.md."""
    # A list of Temporal's markdown begins after an empty line.
    offered = "\n".join(f"\n- `{choice}`: {means}" for choice, means in choices.items())
    by_hand = f"`flask purchases show '{workflow.info().workflow_id}'`"
    return f"Find and mend the cause, then decide by {by_hand}, or by the update `resolve` with one of:\n{offered}"


def benign(kind: str, detail: str, *details: Any) -> ApplicationError:
    """A refusal as Temporal carries it to whoever asked; it must not count as an error in logs and metrics."""
    return ApplicationError(detail, *details, type=kind, non_retryable=True, category=ApplicationErrorCategory.BENIGN)

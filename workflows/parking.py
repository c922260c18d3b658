"""How a saga parks, and how people decide: `resolve` when it is parked, a cancellation at any time."""

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from domain.errors import RefusalKind
    from domain.messages import ParkedView
    from domain.purchase import PurchaseStatus
    from workflows import policies
    from workflows.metrics import count_parked
    from workflows.status_details import StatusDetails, summarized

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
    """The saga no longer waits for a step, which may have taken effect or may still do so."""


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


class Operated(Protocol):
    """What Parking needs from its saga."""

    def abort_means(self) -> str:
        """What an abort will do, in a sentence; asked only of a saga that can be undone."""

    async def signal_parked(self, why: str) -> None:
        """Let the purchase show that this saga waits for an operator."""

    async def signal_resumed(self) -> None:
        """Let the purchase show that this saga goes on."""


class Parking:
    """What people decide about a saga.

    As long as it is `compensable`, an abort or a cancellation raises Aborted where the saga waits; from its point of no
    return on, and while it undoes, neither can stop it.
    """

    def __init__(self, saga: Operated, details: StatusDetails) -> None:
        self.compensable = True
        self.abort_requested = False
        self._saga = saga
        self._details = details
        self._parked: Parked | None = None

    @property
    def aborting(self) -> bool:
        """Whether the saga is to be undone, and can be."""
        return self.compensable and self.abort_requested

    async def park(
        self, reason: Reason, why: str, skip: Skip | None = None, until: Callable[[], bool] = lambda: False
    ) -> Parked:
        """Wait for an operator's decision, or until `until` is true.

        Raises Aborted when the saga is to be undone.
        """
        before = self._details.shown_state
        parked = self._parked = Parked(why, workflow.now(), self._choices(skip), skip)
        self._details.show(PurchaseStatus.NEEDS_ATTENTION, f"{why}.", _to_decide(parked.choices))
        self._details.write()
        count_parked(reason)
        await self._saga.signal_parked(why)
        await self._decision(why, lambda: parked.decision is not None or self.aborting or until())
        self._parked = None
        self._details.show(*before)
        await self._saga.signal_resumed()
        if self.aborting:
            raise Aborted(why)
        return parked

    async def pause(self, delay: timedelta, why: str) -> None:
        """Wait for so long; raises Aborted when the saga is to be undone meanwhile."""
        try:
            with self._details.under_way(why):
                await workflow.wait_condition(lambda: self.aborting, timeout=delay, timeout_summary=summarized(why))
        except TimeoutError:
            return
        raise Aborted(why)

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
        if self.compensable:
            choices[ABORT] = self._saga.abort_means()
        return choices

    # ---- people's decisions -----------------------------------------------------------------------------------------

    async def resolve(self, decision: str) -> str:
        """Go on with a parked saga; answers what will happen. Fails with `not-seen` where a skip is not proven."""
        parked = self._parked
        if parked is None:
            raise benign(RefusalKind.NOT_PARKED, "Nothing is parked here any more: the saga went on by itself.")
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

    def check(self, decision: str) -> None:
        """Raise what refuses a decision that makes no sense as the saga stands."""
        if self._parked is None or self._parked.decision:
            raise benign(RefusalKind.NOT_PARKED, "Nothing is parked here: the saga goes on by itself.")
        if decision not in self._parked.choices:
            offered = ", ".join(self._parked.choices)
            raise benign(
                RefusalKind.NOT_OFFERED, f"{decision!r} makes no sense here; what can be decided is: {offered}."
            )
        if self._parked.checking:
            raise benign(RefusalKind.NOT_OFFERED, "Another decision is being checked; ask again in a moment.")

    def view(self) -> ParkedView | None:
        """Why it waits for an operator; None when it does not."""
        parked = self._parked
        return ParkedView(since=parked.since, reason=parked.why, choices=parked.choices) if parked else None


def takes_one(signal: Callable[..., None]) -> Callable[..., None]:
    """Ignore a signal that has not exactly one valid argument: the SDK would fail the saga's task at every try."""

    @functools.wraps(signal)
    def heard(self: Any, *arguments: Any) -> None:
        if len(arguments) == 1:
            signal(self, *arguments)

    return heard


def _to_decide(choices: dict[str, str]) -> str:
    """What an operator can do, as the UI shows it; what each reason means stands in docs/operations.md."""
    # A list of Temporal's markdown begins after an empty line.
    offered = "\n".join(f"\n- `{choice}`: {means}" for choice, means in choices.items())
    by_hand = f"`flask purchases show '{workflow.info().workflow_id}'`"
    return f"Find and mend the cause, then decide by {by_hand}, or by the update `resolve` with one of:\n{offered}"


def benign(kind: str, detail: str, *details: Any) -> ApplicationError:
    """A refusal for the caller of an update; benign, so that it does not count as an error in logs and metrics."""
    return ApplicationError(detail, *details, type=kind, non_retryable=True, category=ApplicationErrorCategory.BENIGN)

"""Purchases as they stand in a list: which saga of each needs somebody, and why."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from pydantic import Field

from domain.errors import Unavailable
from domain.messages import ParkedView
from domain.purchase import Frozen, PurchaseStatus
from operators.fan_out import answers
from operators.finding import latest, parked_with, purchase_id, purchases_of
from operators.lasting import is_failing, is_struggling, struggles_since, why_failing, why_struggling
from operators.ports import RUNNING, TERMINATED, Run, TemporalReader

# Words of Temporal for sagas that were stopped from outside; a purchase's own saga does not fail by itself either.
STOPPED = frozenset({TERMINATED, "timed_out", "failed"})
REPAIR = {"repair": "It goes on where it was stopped; what it had done is not done twice."}

# It goes on by itself once its callee is back: a person has to check the callee, and has nothing to decide.
STRUGGLING = "struggling"


class Need(Frozen):
    """A saga that needs somebody: since when (None: its worker is away), why, and what each choice will do."""

    workflow_id: str
    kind: str
    state: str
    since: datetime | None
    reason: str
    choices: Mapping[str, str] = Field(default_factory=dict)


class ListRow(Frozen):
    """A purchase; `purchase_id` is None of a saga whose payment nobody knows."""

    section: str
    purchase_id: str | None
    payment_id: str | None
    buyer_id: str | None
    status: str | None
    order: str
    opened_at: datetime
    closed_at: datetime | None
    needs: tuple[Need, ...] = ()


class Group(Frozen):
    """The runs that are known of one purchase."""

    runs: tuple[Run, ...]

    @property
    def own(self) -> Run | None:
        """The purchase's own saga."""
        return next((run for run in self.runs if purchase_id(run)), None)

    @property
    def named(self) -> Run:
        """The run by which the purchase is known."""
        return self.own or self.runs[0]

    @property
    def waiting(self) -> list[Run]:
        """The sagas that may need somebody: of those that are parked the follow-ups, for they show on the purchase."""
        parked = [run for run in self.runs if is_parked(run)]
        follow_ups = [run for run in parked if not purchase_id(run)]
        others = [run for run in self.runs if is_broken(run) or is_failing(run) or is_struggling(run)]
        return (follow_ups or parked) + others


def is_parked(run: Run) -> bool:
    """Whether it (or a saga that follows it) waits for an operator."""
    return run.state == RUNNING and run.status == PurchaseStatus.NEEDS_ATTENTION


def is_broken(run: Run) -> bool:
    """Whether it was stopped; a follow-up that has failed was ended by an operator before it had done anything."""
    return run.state in STOPPED and (run.state != "failed" or purchase_id(run) is not None)


def grouped(runs: Iterable[Run]) -> list[Group]:
    """The runs by purchase, in the order given."""
    groups: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        groups[run.payment_id or run.workflow_id].append(run)
    return [Group(runs=tuple(group)) for group in groups.values()]


async def rows(temporal: TemporalReader, section: str, groups: Sequence[Group]) -> list[ListRow]:
    """The groups' rows; each parked saga is asked why it waits."""
    groups = await _completed(temporal, groups)
    needs = await _needs(temporal, [run for group in groups for run in group.waiting])
    described = await answers((group.named for group in groups), lambda run: temporal.run(run.workflow_id))
    return [_row(section, group, needs, described[group.named.workflow_id]) for group in groups]


async def _completed(temporal: TemporalReader, groups: Sequence[Group]) -> list[Group]:
    """With the purchase's own saga, and with the parked sagas of a purchase that needs attention."""
    lacking = [group.runs[0] for group in groups if not group.own]
    waiting = [group.own for group in groups if group.own and is_parked(group.own) and len(group.runs) == 1]
    own, parked = await asyncio.gather(purchases_of(temporal, lacking), parked_with(temporal, waiting))
    completed = []
    for group in groups:
        payment_id = group.runs[0].payment_id or ""
        more = [*own.get(payment_id, ()), *parked.get(payment_id, ())]
        completed.append(Group(runs=tuple(latest([*group.runs, *more]))))
    return completed


async def _needs(temporal: TemporalReader, runs: Sequence[Run]) -> dict[str, Need]:
    """Why each saga waits, by its id; one that went on meanwhile is left out."""
    parked, stopped = [run for run in runs if is_parked(run)], [run for run in runs if is_broken(run)]
    views, ends = await asyncio.gather(answers(parked, temporal.parked), answers(stopped, temporal.end))
    failing, struggling = [run for run in runs if is_failing(run)], [run for run in runs if is_struggling(run)]
    faults, tried = await asyncio.gather(
        answers(failing, partial(why_failing, temporal)), answers(struggling, partial(why_struggling, temporal))
    )
    needs = [_parked(run, view) for run in parked if (view := views[run.workflow_id])]
    needs += [_stopped(run, ends[run.workflow_id]) for run in stopped]
    needs += [_going_on(run, "failing", run.started_at, faults[run.workflow_id]) for run in failing]
    needs += [_going_on(run, STRUGGLING, struggles_since(run), tried[run.workflow_id]) for run in struggling]
    return {need.workflow_id: need for need in needs}


def _parked(run: Run, view: ParkedView | Unavailable) -> Need:
    known = (
        {"since": None, "reason": f"Why is not known: {view}"} if isinstance(view, Unavailable) else view.model_dump()
    )
    return Need(workflow_id=run.workflow_id, kind=run.kind, state="parked", **known)


def _stopped(run: Run, end: str | Unavailable) -> Need:
    return Need(
        workflow_id=run.workflow_id,
        kind=run.kind,
        state=run.state,
        since=run.closed_at,
        reason=f"It is {run.state.replace('_', ' ')}: {end}",
        choices=REPAIR if run.state == TERMINATED else {},
    )


def _going_on(run: Run, state: str, since: datetime | None, why: str | Unavailable) -> Need:
    return Need(workflow_id=run.workflow_id, kind=run.kind, state=state, since=since, reason=str(why))


def _row(section: str, group: Group, needs: dict[str, Need], described: Run | Unavailable | None) -> ListRow:
    run = group.named
    own_needs = tuple(needs[saga.workflow_id] for saga in group.waiting if saga.workflow_id in needs)
    return ListRow(
        section=section,
        purchase_id=purchase_id(run),
        payment_id=run.payment_id,
        buyer_id=run.buyer_id,
        # As the intake shows it: a saga that was terminated could not set its own status.
        status=PurchaseStatus.NEEDS_ATTENTION if any(need.state != STRUGGLING for need in own_needs) else run.status,
        order=run.order,
        # A list knows only when the server has started it last, for example to repair it.
        opened_at=described.started_at if isinstance(described, Run) else run.started_at,
        closed_at=run.closed_at,
        needs=own_needs,
    )

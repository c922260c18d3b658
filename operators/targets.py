"""The sagas that an operator's decision is meant for, by ids or by a query, and why each of them waits."""

import asyncio
from collections.abc import Sequence

from domain.errors import RefusalKind, Refused, Unavailable
from domain.messages import ParkedView
from domain.purchase import Frozen
from operators.fan_out import answers
from operators.finding import latest, purchase_id, purchases_of, sagas_of
from operators.listing import WAITING_MAX
from operators.ports import RUNNING, Run, TemporalReader
from operators.queries import PARKED, Filters, of_statuses

UNKNOWN = frozenset({"unavailable", RefusalKind.NOT_FOUND, RefusalKind.AMBIGUOUS, RefusalKind.INVALID_QUERY})


class Target(Frozen):
    """A saga that waits, as an operator is shown it; `purchase_id` is None where nobody knows its payment."""

    run: Run
    parked: ParkedView
    purchase_id: str | None

    @property
    def workflow_id(self) -> str:
        """The saga's id."""
        return self.run.workflow_id


class Missed(Frozen):
    """What was asked for and cannot be decided: why, by its kind, as a refusal has one, and in a sentence."""

    workflow_id: str
    purchase_id: str | None
    kind: str
    says: str

    @property
    def unknown(self) -> bool:
        """Whether there was no answer, or the id was ambiguous."""
        return self.kind in UNKNOWN


async def by_ids(temporal: TemporalReader, ids: Sequence[str]) -> list[Target | Missed]:
    """The parked saga of each id: a workflow's own, or that of a purchase. Raises Unavailable without Temporal."""
    found = [await _by_id(temporal, any_id) for any_id in dict.fromkeys(ids)]
    # Two ids may lead to one saga.
    return list({target.workflow_id: target for target in found}.values())


async def by_filters(temporal: TemporalReader, filters: Filters, reason: str | None) -> list[Target | Missed]:
    """Every parked saga that passes, of those whose reason contains the text (in any case) if one is given.

    Raises Refused (`invalid-query`) and Unavailable.
    """
    scope = of_statuses(filters.statuses) if filters.statuses else "" if filters.query else PARKED
    runs = latest(await temporal.found(filters.narrow(scope), WAITING_MAX))
    targets = await _asked(temporal, [run for run in runs if run.state == RUNNING])
    # A bulk decision leaves out sagas that do not wait; those that could not be asked are reported.
    return [target for target in targets if _meant(target, reason)]


def _meant(target: Target | Missed, reason: str | None) -> bool:
    if isinstance(target, Missed):
        return target.unknown
    return reason is None or reason.casefold() in target.parked.reason.casefold()


async def _by_id(temporal: TemporalReader, any_id: str) -> Target | Missed:
    try:
        runs = await sagas_of(temporal, any_id)
    except Refused as refused:
        return _missed(any_id, refused.kind, refused.detail)
    named = [run for run in runs if run.workflow_id == any_id and not purchase_id(run)]
    targets = await _asked(temporal, [run for run in named or runs if run.state == RUNNING])
    waiting = [target for target in targets if isinstance(target, Target)]
    # A purchase that waits for a parked follow-up may be overdue as well: decide on the follow-up, the cause.
    waiting = [target for target in waiting if not purchase_id(target.run)] or waiting
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        several = ", ".join(target.workflow_id for target in waiting)
        return _missed(any_id, RefusalKind.AMBIGUOUS, f"Several sagas of it are parked; name one: {several}.")
    away = [target for target in targets if isinstance(target, Missed) and target.unknown]
    if away:
        return away[0]
    stands = ", ".join(f"{run.workflow_id} is {run.state}" for run in named or runs)
    return _missed(any_id, RefusalKind.NOT_PARKED, f"Nothing is parked here: {stands}.")


def _missed(workflow_id: str, kind: str, says: str, purchase: str | None = None) -> Missed:
    return Missed(workflow_id=workflow_id, purchase_id=purchase, kind=kind, says=says)


async def _asked(temporal: TemporalReader, runs: Sequence[Run]) -> list[Target | Missed]:
    """Why each of them waits."""
    own, views = await asyncio.gather(
        purchases_of(temporal, [run for run in runs if not purchase_id(run)]), answers(runs, temporal.parked)
    )
    return [_target(run, own.get(run.payment_id or "", []), views[run.workflow_id]) for run in runs]


def _target(run: Run, own: Sequence[Run], view: ParkedView | Unavailable | None) -> Target | Missed:
    purchase = purchase_id(run) or (purchase_id(own[0]) if own else None)
    if isinstance(view, Unavailable):
        return _missed(run.workflow_id, "unavailable", str(view), purchase)
    if view is None:
        return _missed(run.workflow_id, RefusalKind.NOT_PARKED, "Nothing is parked here.", purchase)
    return Target(run=run, parked=view, purchase_id=purchase)

"""Sagas by whatever id an operator has at hand, and the purchase that a saga belongs to."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable

from domain.errors import RefusalKind, Refused
from domain.messages import PURCHASE_ID_PREFIX, purchase_workflow_id
from operators.ports import Run, TemporalReader
from operators.queries import PARKED, PURCHASES, beginning_with, of_payments

# The beginning of an id is enough where it names one purchase; shorter ones are likely to be slips.
BEGINNING_MIN = 6
# Ids in one query, and what it finds at most: a payment has a handful of sagas.
PAYMENTS_AT_ONCE, RUNS_MAX = 50, 1000
# Descriptions under way at once.
AT_ONCE = 16
FORGOTTEN = "(it forgets those that ended 30 days ago)"


async def known(temporal: TemporalReader, workflow_id: str) -> Run:
    """The newest run of a saga; raises Refused (`not-found`)."""
    run = await temporal.run(workflow_id)
    if run is None:
        raise Refused(RefusalKind.NOT_FOUND, f"Temporal knows no saga {workflow_id} {FORGOTTEN}.")
    return run


async def sagas_of(temporal: TemporalReader, any_id: str) -> list[Run]:
    """All sagas of a purchase, the oldest first; raises Refused (`not-found`, `ambiguous`).

    `any_id` is a purchase's, a workflow's or a payment's id, or the beginning of one of the first two.
    """
    run = await _whole(temporal, any_id)
    if run is None and (runs := await temporal.runs(any_id)):
        return runs
    run = run or await _beginning(temporal, any_id)
    runs = await temporal.runs(run.payment_id) if run.payment_id else []
    # One that has just started is not in the server's lists yet.
    others = [other for other in runs if other.workflow_id != run.workflow_id]
    return sorted([run, *others], key=lambda saga: saga.started_at)


async def _whole(temporal: TemporalReader, any_id: str) -> Run | None:
    return await temporal.run(any_id if "/" in any_id else purchase_workflow_id(any_id))


async def _beginning(temporal: TemporalReader, any_id: str) -> Run:
    found = await temporal.found(beginning_with(any_id), PAYMENTS_AT_ONCE) if len(any_id) >= BEGINNING_MIN else []
    ids = sorted({run.workflow_id for run in found})
    if len(ids) > 1:
        raise Refused(RefusalKind.AMBIGUOUS, f"{any_id} is the beginning of several: {', '.join(ids[:5])}.")
    if not ids:
        raise Refused(RefusalKind.NOT_FOUND, f"Temporal knows no purchase and no saga {any_id} {FORGOTTEN}.")
    return await known(temporal, ids[0])


async def purchases_of(temporal: TemporalReader, runs: Iterable[Run]) -> dict[str, list[Run]]:
    """The purchases' own sagas, by their payment, of runs that follow a payment."""
    return await _by_payment(temporal, PURCHASES, runs)


async def parked_with(temporal: TemporalReader, runs: Iterable[Run]) -> dict[str, list[Run]]:
    """Every parked saga, by its payment, of purchases that need attention."""
    return await _by_payment(temporal, PARKED, runs)


async def _by_payment(temporal: TemporalReader, scope: str, runs: Iterable[Run]) -> dict[str, list[Run]]:
    payments = sorted({run.payment_id for run in runs if run.payment_id})
    found: dict[str, list[Run]] = defaultdict(list)
    for at in range(0, len(payments), PAYMENTS_AT_ONCE):
        for run in await temporal.found(of_payments(scope, payments[at : at + PAYMENTS_AT_ONCE]), RUNS_MAX):
            found[str(run.payment_id)].append(run)
    return found


def purchase_id(run: Run) -> str | None:
    """The purchase whose own saga it is."""
    is_own = run.workflow_id.startswith(PURCHASE_ID_PREFIX)
    return run.workflow_id.removeprefix(PURCHASE_ID_PREFIX) if is_own else None


def latest(runs: Iterable[Run]) -> list[Run]:
    """The newest run of each saga, in the order given."""
    newest: dict[str, Run] = {}
    for run in runs:
        before = newest.get(run.workflow_id)
        if before is None or before.started_at < run.started_at:
            newest[run.workflow_id] = run
    return list(newest.values())


async def described(temporal: TemporalReader, runs: Iterable[Run]) -> list[Run]:
    """The runs as the server describes their sagas now; one that it has forgotten as it was found."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(run: Run) -> Run:
        async with free:
            return await temporal.run(run.workflow_id) or run

    return list(await asyncio.gather(*map(one, runs)))

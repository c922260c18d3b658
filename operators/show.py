"""A purchase in an operator's words: how each saga stands, why it waits, what can be done, what the services have."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from domain.errors import RefusalKind, Refused, Unavailable
from domain.messages import PURCHASE_ID_PREFIX, ParkedView
from domain.purchase import Frozen, PurchaseStatus, TimelineEntry
from operators.decisions import Decision
from operators.finding import purchase_id, sagas_of
from operators.lasting import is_failing, plain, why_failing
from operators.ports import RUNNING, Run, TemporalReader
from operators.records import PurchaseRecords, Readers
from operators.rows import is_broken

NO_WORKER = "Its worker does not answer, so it cannot tell where it stands"


class SagaDetails(Frozen):
    """One saga: `stands` is its own sentence."""

    run: Run
    stands: str
    parked: ParkedView | None = None
    decisions: tuple[Decision, ...] = ()


class PurchaseDetails(Frozen):
    """All that is known of a purchase now; `timeline` is None where neither its saga nor Payments tells it."""

    purchase_id: str | None
    payment_id: str | None
    buyer_id: str | None
    status: str | None
    order: str
    opened_at: datetime | None
    deadline: datetime | None
    sagas: tuple[SagaDetails, ...]
    timeline: tuple[TimelineEntry, ...] | None
    records: PurchaseRecords


async def show(temporal: TemporalReader, readers: Readers, any_id: str) -> PurchaseDetails:
    """A purchase by any id of it, its provider's too; raises Refused (`not-found`, `ambiguous`) and Unavailable.

    One that Temporal has forgotten is shown as Payments has recorded it.
    """
    try:
        runs = await sagas_of(temporal, any_id)
    except Refused as refused:
        if refused.kind != RefusalKind.NOT_FOUND:
            raise
        return await _forgotten(temporal, readers, any_id, refused)
    ids = _first(map(purchase_id, runs)), _first(run.payment_id for run in runs)
    records, timeline, sagas = await asyncio.gather(
        readers.read(*ids),
        _timeline(temporal, runs),
        asyncio.gather(*(_with_decisions(temporal, saga) for saga in runs)),
    )
    return _purchase(runs, records, timeline, sagas)


async def purchase_of(temporal: TemporalReader, readers: Readers, any_id: str) -> str:
    """The purchase that is meant by any of these ids; raises Refused (`not-found`, `ambiguous`) and Unavailable."""
    try:
        runs = await sagas_of(temporal, any_id)
    except Refused as refused:
        if refused.kind != RefusalKind.NOT_FOUND:
            raise
        return str((await _forgotten(temporal, readers, any_id, refused)).purchase_id)
    known = _first(map(purchase_id, runs))
    if known is None:
        records = await readers.read(None, _first(run.payment_id for run in runs))
        known = (records.payment.entry or {}).get("purchase_id")
    if known is None:
        raise Refused(RefusalKind.NOT_FOUND, f"Nobody knows to which purchase {any_id} belongs.")
    return known


async def _forgotten(temporal: TemporalReader, readers: Readers, any_id: str, refused: Refused) -> PurchaseDetails:
    bare = any_id.removeprefix(PURCHASE_ID_PREFIX)
    if "/" in bare:
        raise refused
    by_purchase, by_payment = await asyncio.gather(readers.read(bare, None), readers.read(None, bare))
    for records in (by_purchase, by_payment):
        if records.payment.entry:
            return _purchase([], records, None, [])
    if by_purchase.payment.problem:
        away = by_purchase.payment.problem
        raise Unavailable(f"Temporal knows no purchase {any_id}, and Payments does not answer: {away}")
    if payment_id := await readers.payment_called(bare):
        # The id was a provider's, as its dashboard shows it.
        return await show(temporal, readers, payment_id)
    raise refused


def _purchase(
    runs: Sequence[Run],
    records: PurchaseRecords,
    timeline: tuple[TimelineEntry, ...] | None,
    sagas: Sequence[SagaDetails],
) -> PurchaseDetails:
    own = next((run for run in runs if purchase_id(run)), None)
    payment: dict[str, Any] = records.payment.entry or {}
    recorded: dict[str, Any] = payment.get("outcome") or {}
    needs = any(shown.parked or is_broken(shown.run) or is_failing(shown.run) for shown in sagas)
    return PurchaseDetails(
        purchase_id=(own and purchase_id(own)) or payment.get("purchase_id"),
        payment_id=_first(run.payment_id for run in runs) or payment.get("payment_id"),
        buyer_id=_first(run.buyer_id for run in runs) or payment.get("buyer_id"),
        status=PurchaseStatus.NEEDS_ATTENTION if needs else (own and own.status) or recorded.get("status"),
        order=own.order if own else "",
        opened_at=own.started_at if own else payment.get("created_at"),
        deadline=own and own.deadline,
        sagas=tuple(sagas),
        timeline=timeline or _recorded_timeline(recorded),
        records=records,
    )


def _first(ids: Iterable[str | None]) -> str | None:
    return next(filter(None, ids), None)


def _recorded_timeline(recorded: dict[str, Any]) -> tuple[TimelineEntry, ...] | None:
    entries = tuple(map(TimelineEntry.model_validate, recorded.get("timeline", ())))
    return entries or None


async def _timeline(temporal: TemporalReader, runs: Sequence[Run]) -> tuple[TimelineEntry, ...] | None:
    """What the purchase's own saga tells; None where there is none, or its worker is away."""
    own = next((run for run in runs if purchase_id(run)), None)
    try:
        return (await temporal.view(own)).timeline if own else None
    except Unavailable:
        return None


async def _with_decisions(temporal: TemporalReader, run: Run) -> SagaDetails:
    shown, decisions = await asyncio.gather(_details(temporal, run), temporal.decisions(run))
    return shown.model_copy(update={"decisions": tuple(decisions)})


async def _details(temporal: TemporalReader, run: Run) -> SagaDetails:
    try:
        if run.state != RUNNING:
            return SagaDetails(run=run, stands=await temporal.end(run))
        if is_failing(run):
            return SagaDetails(run=run, stands=await why_failing(temporal, run))
        details, parked = await asyncio.gather(temporal.details(run), temporal.parked(run))
        return SagaDetails(run=run, stands=plain(details), parked=parked)
    except Unavailable as away:
        return SagaDetails(run=run, stands=f"{NO_WORKER}: {away}")

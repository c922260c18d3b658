"""The list of purchases, page by page: first those that need somebody, then the others."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from domain.purchase import Frozen, PurchaseStatus
from operators.finding import described, latest
from operators.lasting import by_urgency, is_failing, is_struggling, looked_at
from operators.ports import Run, TemporalReader
from operators.queries import BROKEN_OFF, OPEN, OPEN_AND_WELL, PARKED, PURCHASES, Filters, of_statuses
from operators.rows import STOPPED, Group, ListRow, grouped, is_broken, is_parked, rows

# Sagas that wait are read before they are brought together by purchase; beyond so many a narrower query helps more.
WAITING_MAX = 10_000


class ListScope(StrEnum):
    """Which purchases are listed where no status and no query is given."""

    ATTENTION = "attention"
    PARKED = "parked"
    OPEN = "open"
    ALL = "all"


class Section(Frozen):
    """A part of the list: `whole` where several sagas of a purchase may be found, so that all have to be read.

    `lasting` tells which of the sagas that were looked at one by one belong to it as well.
    """

    name: str
    query: str = ""
    whole: bool = False
    lasting: Callable[[Run], bool] | None = None


class Listing(Frozen):
    """A page of the list; the totals of its sections stand over all pages."""

    purchases: tuple[ListRow, ...]
    totals: dict[str, int]
    page: int
    limit: int
    more: bool


def sections(scope: ListScope, filters: Filters) -> list[Section]:
    """What is to be listed, and in which order."""
    if filters.statuses:
        several = PurchaseStatus.NEEDS_ATTENTION in filters.statuses
        return [Section(name="found", query=filters.narrow(of_statuses(filters.statuses)), whole=several)]
    if filters.query and scope is ListScope.ATTENTION:
        return [Section(name="found", query=filters.narrow(), whole=True)]
    attention = Section(
        name="attention", query=filters.narrow(f"(({PARKED}) OR {BROKEN_OFF})"), whole=True, lasting=is_failing
    )
    struggling = Section(name="struggling", lasting=is_struggling)
    return {
        ListScope.ATTENTION: [attention, struggling, Section(name="open", query=filters.narrow(OPEN_AND_WELL))],
        ListScope.PARKED: [Section(name="parked", query=filters.narrow(PARKED), whole=True)],
        ListScope.OPEN: [Section(name="open", query=filters.narrow(OPEN))],
        ListScope.ALL: [Section(name="all", query=filters.narrow(PURCHASES))],
    }[scope]


async def listing(temporal: TemporalReader, scope: ListScope, filters: Filters, page: int, limit: int) -> Listing:
    """A page of the list; raises Refused (`invalid-query`) and Unavailable."""
    begin, end = (page - 1) * limit, page * limit
    found: list[ListRow] = []
    totals: dict[str, int] = {}
    before = 0
    listed: set[str | None] = {None}
    wanted = sections(scope, filters)
    lasting = await looked_at(temporal, filters.narrow()) if any(section.lasting for section in wanted) else []
    for section in wanted:
        groups, total = await _read(temporal, section, lasting, max(0, end - before))
        # A purchase of which one saga waits while another one goes on stands among those that wait.
        here = [
            group
            for group in groups[max(0, begin - before) : max(0, end - before)]
            if group.runs[0].payment_id not in listed
        ]
        listed |= {group.runs[0].payment_id for group in groups}
        found += await rows(temporal, section.name, here)
        totals[section.name] = total
        before += total
    return Listing(purchases=tuple(found), totals=totals, page=page, limit=limit, more=before > end)


async def _read(
    temporal: TemporalReader, section: Section, lasting: Sequence[Run], wanted: int
) -> tuple[list[Group], int]:
    """The section's purchases, at least as far as they are wanted, and how many there are."""
    runs = by_urgency(list(filter(section.lasting, lasting))) if section.lasting else []
    if section.whole:
        waiting = await _current(temporal, await temporal.found(section.query, WAITING_MAX))
        if section.name == "attention":
            waiting = [run for run in waiting if is_parked(run) or is_broken(run)]
        runs = [*waiting, *runs]
    if section.whole or section.lasting:
        groups = grouped(runs)
        return groups, len(groups)
    total = await temporal.count(section.query)
    runs = await temporal.found(section.query, wanted) if wanted else []
    return [Group(runs=(run,)) for run in await _current(temporal, runs)], total


async def _current(temporal: TemporalReader, runs: Sequence[Run]) -> list[Run]:
    """Each saga by its newest run: one that was stopped may have been repaired or started anew."""
    newest = latest(runs)
    again = await described(temporal, [run for run in newest if run.state in STOPPED])
    by_id = {run.workflow_id: run for run in again}
    return [by_id.get(run.workflow_id, run) for run in newest]

"""`python -m tools.bench.capacity [--write]`: what a purchase leaves behind, and its actions, for each way it may go.

Nothing here is a time: the numbers are the same on every machine.
"""

import argparse
import asyncio
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from sqlalchemy import make_url
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from tools.bench.bare import connect
from tools.bench.page import with_section
from tools.bench.stacks import described
from tools.devstack.description import DATABASES
from tools.devstack.options import ROOT, StackOptions, scratch
from tools.devstack.shop import Shop, item, load_buyers

PAGE = ROOT / "docs" / "capacity.md"
TITLE = "## What a purchase leaves"
# Enough that a page of a database which is begun does not show in the mean.
PURCHASES = 100
# Time to pay each right after it was opened, and soon over for those that nobody pays.
RESERVATION_TTL_S = 10
COMPLETE_LIMIT_S = 120.0

# What Temporal Cloud bills as one action each. A step that is tried again is one more, a beat of a long one too. All
# steps within one task are another one together: those tasks are counted by themselves.
ACTIONS = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
        EventType.EVENT_TYPE_TIMER_STARTED,
        EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    }
)

Pays = Callable[[Shop, Mapping[str, Any]], object]
LIVES: dict[str, Pays] = {
    "paid": lambda shop, answer: shop.pay(answer).raise_for_status(),
    "failed": lambda shop, answer: shop.pay(answer, "pm_card_chargeDeclined"),
    "expired": lambda _shop, _answer: None,
}


@dataclass(frozen=True)
class Left:
    """Per purchase: workflows, actions, events and bytes of histories; rows and bytes of each service's database."""

    temporal: Mapping[str, float]
    rows: Mapping[str, float]
    stored: Mapping[str, float]


class UsageMeter:
    """Counts on one stack, on which nothing else happens."""

    def __init__(self, stack: Mapping[str, Any], purchases: int) -> None:
        self._stack = stack
        self._purchases = purchases
        self._buyers = load_buyers()
        # The runs that have been counted.
        self._known: set[str] = set()

    def live(self, end: str) -> Left:
        """Let purchases come to one end; what they have left, by purchase."""
        before = self._sizes()
        self._buy(end)
        temporal = asyncio.run(self._histories())
        after = self._sizes()
        grown = {
            name: [(now - was) / self._purchases for now, was in zip(after[name], before[name], strict=True)]
            for name in after
        }
        return Left(
            temporal={name: count / self._purchases for name, count in temporal.items()},
            rows={name: rows for name, (rows, _) in grown.items()},
            stored={name: stored for name, (_, stored) in grown.items()},
        )

    def _sizes(self) -> dict[str, tuple[int, int]]:
        return {name: _size(str(make_url(self._stack["databases"][name]).database)) for name in DATABASES}

    def _buy(self, end: str) -> None:
        with Shop(self._stack) as shop:
            milestone = shop.milestones()["mangrove-2"]
            answers = {}
            for buyer in islice(self._buyers, self._purchases):
                response = shop.open([item(milestone, "0.1")], milestone["unit_amount"] // 10, buyer=buyer)
                answers[buyer] = response.raise_for_status().json()
                LIVES[end](shop, answers[buyer])
            for buyer, answer in answers.items():
                ended = shop.completed(answer["purchase_id"], COMPLETE_LIMIT_S, buyer)
                if ended["status"] != end:
                    raise RuntimeError(f"a purchase that should be {end} is {ended['status']}")

    async def _histories(self) -> Mapping[str, int]:
        client = await connect(self._stack["temporal"]["address"])
        await _until_closed(client)
        total: Counter[str] = Counter()
        async for saga in client.list_workflows():
            if saga.run_id in self._known:
                continue
            self._known.add(saga.run_id)
            handle = client.get_workflow_handle(saga.id, run_id=saga.run_id)
            events = (await handle.fetch_history()).events
            described = await handle.describe()
            total["workflows"] += 1
            total["actions"] += sum(event.event_type in ACTIONS for event in events)
            total["tasks with steps, an action each"] += len(_tasks_with_steps(events))
            total["events"] += len(events)
            total["history bytes"] += described.raw_description.workflow_execution_info.history_size_bytes
        return total


def _tasks_with_steps(events: Iterable[HistoryEvent]) -> set[int]:
    """The tasks in which steps were taken, by the event that completed each."""
    markers = (event for event in events if event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED)
    return {marker.marker_recorded_event_attributes.workflow_task_completed_event_id for marker in markers}


async def _until_closed(client: Client) -> None:
    """A purchase is recorded a moment before its sagas have closed."""
    async with asyncio.timeout(COMPLETE_LIMIT_S):
        while True:
            if not (await client.count_workflows('ExecutionStatus="Running"')).count:
                return
            await asyncio.sleep(0.1)


def _size(database: str) -> tuple[int, int]:
    """Rows of all tables, and bytes of all pages in use."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = sum(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables)  # noqa: S608 - our own tables
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return rows, (pages - free) * size


def section(left: Mapping[str, Left], purchases: int) -> list[str]:
    """The page's section, its heading first."""
    table = [
        "| per purchase that is | " + " | ".join(left) + " |",
        "|---|" + "--:|" * len(left),
        *_rows("Temporal: {}", {end: found.temporal for end, found in left.items()}),
        *_rows("rows in {}", {end: found.rows for end, found in left.items()}),
        *_rows("bytes in {}, with indexes", {end: found.stored for end, found in left.items()}),
    ]
    return [
        TITLE,
        "",
        f"Counted by `make capacity` over {purchases} purchases of each kind, of one item each.",
        "",
        *table,
        "",
        "A purchase that fails has one saga more: Stripe tells of the failed charge and then of the canceled payment.",
        "Payload encryption adds 85 bytes to each payload. Rows on PostgreSQL are of about the same size as on SQLite.",
    ]


def _rows(label: str, by_end: Mapping[str, Mapping[str, float]]) -> list[str]:
    names = next(iter(by_end.values()))
    return [
        f"| {label.format(name)} | "
        + " | ".join(f"{values[name]:,.0f}".replace(",", " ") for values in by_end.values())
        + " |"
        for name in names
    ]


def main() -> int:
    """Every way, one after the other, on one stack."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.capacity", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} as well")
    parser.add_argument(
        "--data", type=Path, help="count on the stack that runs on this folder, alone, on SQLite, with a short TTL"
    )
    parser.add_argument("--purchases", type=int, default=PURCHASES, help=f"of each kind (default: {PURCHASES})")
    given = parser.parse_args()
    with scratch("capacity") as data:
        options = StackOptions(data=data, environment={"RESERVATION_TTL": str(RESERVATION_TTL_S), "STORE": "sqlite"})
        with described(given.data, options) as stack:
            meter = UsageMeter(stack, given.purchases)
            lines = section({end: meter.live(end) for end in LIVES}, given.purchases)
    Console().print(Markdown("\n".join(lines)))
    if given.write:
        PAGE.write_text(with_section(PAGE.read_text(), lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a new purchase costs while many others are open: how long it takes, and what memory and stores have grown to."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from tools.bench.buyer import BenchBuyer, buyer_on
from tools.bench.cost import memory_mb, pids
from tools.bench.crowd import gather_crowd
from tools.bench.load import put_load
from tools.bench.spread import Spread, Target, targets_table
from tools.bench.stacks import described
from tools.devstack.options import StackOptions

TITLE = "## Open purchases"
STEPS = (100, 1_000, 10_000, 100_000)
# New purchases, one at a time, at each step: five blocks of them show how much chance is in it.
BLOCKS, BLOCK = 5, 20
# None ends meanwhile, and none is refused: a hundred thousand fall on a thousand buyers.
ENVIRONMENT = {"RESERVATION_TTL": "86400", "MAX_OPEN_PURCHASES": "1000", "STORE": "sqlite"}
# How much dearer a purchase may be beside the most than beside the fewest: what rounds differ by anyway.
TARGET = 1.2
# Buyers at once, as many as keep every processor busy.
CALLERS = 32

# Opens so many on a stack, and calls the function for each.
Gather = Callable[[Mapping[str, Any], int, Callable[[], object]], Awaitable[None]]


@dataclass(frozen=True)
class Step:
    """So many are open: MB of memory and of stores, and how long a new one takes.

    p50 in ms, block by block, here and on a stack with few of them.
    """

    opened: int
    p50_ms: Sequence[float]
    few_ms: Sequence[float]
    memory: Mapping[str, float]
    stores: Mapping[str, float]


def fill(data: Path | None, most: int, folder: Path, console: Console) -> list[Step]:
    """Up to `most` open purchases, beside a stack with few; both of our own, or both the one that runs on `data`."""
    many, few = (StackOptions(data=folder / name, environment=ENVIRONMENT) for name in ("many", "few"))
    with described(data, many) as stack, described(data, few) as other:
        return asyncio.run(_fill(stack, other, data or many.folder, most, console))


async def _fill(
    stack: Mapping[str, Any], other: Mapping[str, Any], folder: Path, most: int, console: Console
) -> list[Step]:
    # On the one stack that runs already buyers open them all, for its records have to add up afterwards.
    gather = _buyers if stack == other else gather_crowd
    found, opened = [], 0
    async with buyer_on(stack) as buyer, buyer_on(other) as few:
        for who in (buyer, few):
            # Its rows are the pattern of the crowd's.
            await who.open("pattern")
        await _open(gather, other, min(most, STEPS[0]), console)
        for goal in [*(step for step in STEPS if step < most), most]:
            await _open(gather, stack, goal - opened, console)
            pairs = [[await _block(who, f"{goal}-{number}") for who in (buyer, few)] for number in range(BLOCKS)]
            opened = goal + BLOCKS * BLOCK
            here, there = zip(*pairs, strict=True)
            found.append(Step(goal, here, there, *_sizes(stack, folder)))
            # An hour may pass until the next.
            console.print(f"{goal:,} open: {Spread.of(here):.1f} ms, beside few {Spread.of(there):.1f} ms")
    return found


async def _block(buyer: BenchBuyer, name: str) -> float:
    return (await put_load(buyer.open, name, callers=1, count=BLOCK)).percentile(50)


async def _buyers(stack: Mapping[str, Any], count: int, advance: Callable[[], object]) -> None:
    async with buyer_on(stack) as buyer:

        async def one(key: str) -> None:
            await buyer.open(key)
            advance()

        await put_load(one, "open", callers=CALLERS, count=count)


async def _open(gather: Gather, stack: Mapping[str, Any], count: int, console: Console) -> None:
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=console) as bar:
        task = bar.add_task("opening", total=count)
        await gather(stack, count, lambda: bar.advance(task))


def _sizes(stack: Mapping[str, Any], folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    memory = memory_mb(pids(stack))
    kept = {"temporal", "intake", *(name for name in memory if name.endswith("_worker"))}
    # With what SQLite has not yet moved out of its log.
    stores = {name: [*folder.glob(f"{name}.db*")] for name in memory}
    return (
        {name: mb for name, mb in memory.items() if name in kept},
        {name: sum(file.stat().st_size for file in files) / 1e6 for name, files in stores.items() if files},
    )


def flat_section(steps: Sequence[Step], where: str) -> list[str]:
    """The section, its heading first."""
    last = steps[-1]
    words = f"(c) beside {last.opened:,} open ones to (c) beside some hundred: at most {TARGET}"
    ratio = Spread.of_ratios(last.p50_ms, last.few_ms)
    return [
        TITLE,
        "",
        f"Measured {where}.",
        "So many purchases are open, all but a few without their buyers: their sagas were opened by a worker whose",
        "services answer at once, and their rows are copies of a real one's (`tools/bench/crowd.py`). Then",
        f"{BLOCKS} times {BLOCK} more are opened by buyers, one at a time, here and in turn on a second stack, where",
        "only some hundred are open.",
        "",
        "| open | " + " | ".join(f"{step.opened:,}" for step in steps) + " |",
        "|---|" + "--:|" * len(steps),
        _row("(c), one at a time: p50 ms", steps, lambda step: f"{Spread.of(step.p50_ms):.1f}"),
        _row("on the second stack", steps, lambda step: f"{Spread.of(step.few_ms):.1f}"),
        *_rows("memory of {}, MB", steps, lambda step: step.memory),
        *_rows("{} keeps, MB", steps, lambda step: step.stores),
        "",
        *targets_table([Target(words, ratio, most=TARGET)]),
    ]


def _rows(label: str, steps: Sequence[Step], values: Callable[[Step], Mapping[str, float]]) -> Iterator[str]:
    for name in values(steps[0]):
        yield _row(label.format(name), steps, lambda step, name=name: f"{values(step)[name]:.0f}")  # type: ignore[misc]


def _row(label: str, steps: Sequence[Step], cell: Callable[[Step], str]) -> str:
    return f"| {label} | {' | '.join(map(cell, steps))} |"

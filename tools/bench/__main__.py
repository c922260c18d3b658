"""`python -m tools.bench [--only speed|webhooks|overload|telemetry] [--write]`: measure, and print the tables."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown

from tools.bench.bare import ask, connect, nothing, worker
from tools.bench.buyer import BenchBuyer, buyer_on
from tools.bench.cost import cpu_seconds, memory_mb
from tools.bench.load import Call, Sample, put_load
from tools.bench.overload import overload_section, press
from tools.bench.recovery import recover
from tools.bench.report import (
    NAMES,
    PAGE,
    Results,
    markdown,
    recovery_section,
    speed_section,
    targets_section,
    where,
    with_section,
)
from tools.bench.stacks import described
from tools.bench.telemetry import compare, telemetry_section
from tools.bench.webhooks import knock
from tools.bench.webhooks_report import webhooks_section
from tools.devstack.options import StackOptions, scratch
from tools.devstack.process import running
from tools.devstack.watch import watched

# Enough calls for a p99 at one and at 32 at once, and two minutes in all.
COUNT_BY_CALLERS = {1: 150, 32: 600}
# What a process does once (imports, connections, plans of queries) is not what a purchase costs.
WARM_UP = 20

# What can be measured by itself: the section of the page that comes of it.
PARTS: dict[str, Callable[[str, Console], list[str]]] = {
    "speed": lambda data, console: speed_section(_speed(data, console), where()),
    "webhooks": lambda data, console: webhooks_section(knock(data, console), where()),
    "overload": lambda data, console: overload_section(press(data, console), where()),
    "telemetry": lambda data, console: telemetry_section(compare(data, console), where()),
}


async def measure(stack: Mapping[str, Any], console: Console, counts: Mapping[int, int]) -> Results:
    """Put every load on the stack, one after the other; so many calls by the number of callers."""
    async with buyer_on(stack) as buyer:
        return await _measure_all(stack, buyer, console, counts)


async def _measure_all(
    stack: Mapping[str, Any], buyer: BenchBuyer, console: Console, counts: Mapping[int, int]
) -> Results:
    client = await connect(stack["temporal"]["address"])
    loads: dict[str, Call] = {
        "a": lambda name: nothing(client, name),
        "b": lambda name: ask(client, name),
        "c": buyer.open,
        "d": buyer.whole_life,
    }
    pids = {name: process["pid"] for name, process in stack["processes"].items()}
    samples: dict[tuple[str, int], Sample] = {}
    used: dict[str, float] = {}
    for callers, count in counts.items():
        for name, call in loads.items():
            await put_load(call, f"{name}-warm-up", callers=callers, count=min(WARM_UP, count))
            before = cpu_seconds(pids)
            samples[name, callers] = await put_load(call, name, callers=callers, count=count)
            used = {process: (cpu - before[process]) * 1000 / count for process, cpu in cpu_seconds(pids).items()}
            console.print(f"{NAMES[name]}, {callers} at once: {samples[name, callers].per_second:.1f} per second")
    # The last load is (d) at 32 at once: its processor time is what a purchase costs.
    return Results(samples, used, memory_mb(pids))


def _speed(
    data: str, console: Console, counts: Mapping[int, int] = COUNT_BY_CALLERS, at: Path | None = None
) -> Results:
    """On a stack of our own, or on the one that runs at a folder."""
    with (
        described(at, StackOptions(data=data)) as stack,
        running(worker(stack["temporal"]["address"]), os.environ, Path(data).with_suffix(".log")) as helper,
        watched(helper.fault),
    ):
        return asyncio.run(measure(stack, console, counts))


def main() -> int:
    """Start a stack for each part, measure, report; `--data` and `--calls` show that all works, not how fast."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--only", choices=[*PARTS], help="measure this part alone, and leave the others as they are")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} as well")
    parser.add_argument("--data", type=Path, help="the speed of the stack that runs on this folder; nothing else")
    parser.add_argument("--calls", type=int, help=f"with --data: for each load, instead of {COUNT_BY_CALLERS}")
    arguments = parser.parse_args()
    console = Console()
    with scratch("bench") as data:
        if arguments.data:
            counts = dict.fromkeys(COUNT_BY_CALLERS, arguments.calls) if arguments.calls else COUNT_BY_CALLERS
            results = _speed(f"{data}/speed", console, counts, arguments.data)
            console.print(Markdown("\n".join(speed_section(results, where()))))
            return 0
        shown, page = _part(arguments.only, data, console) if arguments.only else _everything(data, console)
    console.print(Markdown(shown))
    if arguments.write:
        PAGE.write_text(page)
    return 0


def _everything(data: str, console: Console) -> tuple[str, str]:
    """What to show, and the whole page: the same."""
    results = _speed(f"{data}/speed", console)
    console.print("A worker is killed half-way")
    recovery = recover(f"{data}/recovery")
    page = markdown(
        speed_section(results, where()),
        recovery_section(recovery),
        *(PARTS[name](f"{data}/{name}", console) for name in ("webhooks", "telemetry")),
        targets_section(results, recovery),
        PARTS["overload"](f"{data}/overload", console),
    )
    return page, page


def _part(name: str, data: str, console: Console) -> tuple[str, str]:
    """The section to show, and the page of an earlier run with it."""
    section = PARTS[name](f"{data}/{name}", console)
    return "\n".join(section), with_section(PAGE.read_text(), section)


if __name__ == "__main__":
    sys.exit(main())

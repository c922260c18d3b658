"""The loads, on our stack, on the naive twin's and on that of another revision: in turn, in many short rounds."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from tools.bench.against import stack_of
from tools.bench.bare import ask, connect, nothing, worker
from tools.bench.buyer import BenchBuyer, buyer_on
from tools.bench.cost import cpu_seconds, memory_mb, pids
from tools.bench.load import Call, Sample, put_load
from tools.bench.naive_web import twin
from tools.bench.stacks import described
from tools.devstack.options import StackOptions
from tools.devstack.process import running
from tools.devstack.stack import Stack
from tools.devstack.watch import watched

OURS, NAIVE = "ours", "naive twin"
# Calls of a load in one round: short, so that whatever else the machine does falls on all of them.
CALLS_BY_CALLERS = {1: 20, 32: 96}
ROUNDS = 6
# What a process does once (imports, connections, plans of queries) is not what a purchase costs.
WARM_UP = 20
# The last purchases' outcomes are recorded by then.
QUIET_S = 2.0

# Who, which load (of report.NAMES), and how many callers at once.
Key = tuple[str, str, int]
Stacks = Mapping[str, Mapping[str, Any]]


@dataclass
class Speed:
    """What was measured, round by round: samples; ms of processor time for a whole life, by who and process.

    The memory, in MB, and the buyers that were answered 503 are ours.
    """

    samples: dict[Key, list[Sample]] = field(default_factory=lambda: defaultdict(list))
    cpu_ms: dict[str, list[dict[str, float]]] = field(default_factory=lambda: defaultdict(list))
    memory_mb: Mapping[str, float] = field(default_factory=dict)
    turned_away: int = 0

    @property
    def stacks(self) -> list[str]:
        """Ours first, then those that it is compared with: the twin's, and another revision's if there is one."""
        return sorted(self.cpu_ms, key=[OURS, NAIVE, *self.cpu_ms].index)


@dataclass(frozen=True)
class SpeedOptions:
    """Ours is the stack that runs on `data`, or one of our own; without `calls` as many as CALLS_BY_CALLERS says."""

    data: Path | None = None
    against: str | None = None
    calls: int | None = None
    rounds: int = ROUNDS

    @property
    def calls_by_callers(self) -> Mapping[int, int]:
        """Calls of each load in a round, by the number of callers."""
        return dict.fromkeys(CALLS_BY_CALLERS, self.calls) if self.calls else CALLS_BY_CALLERS


def measure(options: SpeedOptions, folder: Path, console: Console) -> Speed:
    """Start what is to be compared, and put every load on it."""
    with _stacks(options, folder, console) as stacks:
        return asyncio.run(_measure(stacks, options, console))


@contextmanager
def _stacks(options: SpeedOptions, folder: Path, console: Console) -> Iterator[Stacks]:
    with ExitStack() as exits:
        others, faults = {}, []
        # First, for a revision may not be known.
        if options.against:
            others[options.against], process = exits.enter_context(stack_of(options.against, folder / "other"))
            faults.append(process.fault)
        ours = exits.enter_context(described(options.data, StackOptions(data=folder / "ours")))
        bare = exits.enter_context(running(worker(ours["temporal"]["address"]), os.environ, folder / "bare.log"))
        naive = exits.enter_context(Stack(StackOptions(data=folder / "naive"), twin))
        exits.enter_context(watched(bare.fault, naive.fault, *faults))
        stacks = {OURS: ours, NAIVE: naive.description, **others}
        console.print(f"Side by side, one at work at a time: {', '.join(stacks)}")
        yield stacks


async def _measure(stacks: Stacks, options: SpeedOptions, console: Console) -> Speed:
    speed = Speed()
    async with AsyncExitStack() as exits:
        buyers = {who: await exits.enter_async_context(buyer_on(stack)) for who, stack in stacks.items()}
        loads = await _loads(stacks[OURS], buyers)
        for callers, calls in options.calls_by_callers.items():
            for (who, name), call in loads.items():
                await put_load(call, f"{who}-{name}-warm-up", callers=callers, count=min(WARM_UP, calls))
            for number in range(options.rounds):
                # A load on each stack next to each other, each round in the other order than the one before.
                for who, name in sorted(loads, key=lambda load: load[::-1], reverse=bool(number % 2)):
                    sample = await _load(speed, stacks[who], (who, name, callers), loads[who, name], number, calls)
                    console.print(
                        f"{number + 1}: ({name}) {who}, {callers} at once: {sample.per_second:.1f} per second"
                    )
        speed.turned_away = buyers[OURS].turned_away
    speed.memory_mb = memory_mb(pids(stacks[OURS]))
    return speed


async def _loads(ours: Mapping[str, Any], buyers: Mapping[str, BenchBuyer]) -> Mapping[tuple[str, str], Call]:
    client = await connect(ours["temporal"]["address"])
    loads: dict[tuple[str, str], Call] = {
        (OURS, "a"): lambda name: nothing(client, name),
        (OURS, "b"): lambda name: ask(client, name),
    }
    for who, buyer in buyers.items():
        loads |= {(who, "c"): buyer.open, (who, "d"): buyer.whole_life}
    return loads


async def _load(  # noqa: PLR0913, PLR0917 - one load in one round
    speed: Speed, stack: Mapping[str, Any], key: Key, call: Call, number: int, calls: int
) -> Sample:
    who, name, callers = key
    costs = name == "d" and callers == max(CALLS_BY_CALLERS)
    before = cpu_seconds(pids(stack))
    sample = await put_load(call, f"{who}-{name}-{number}", callers=callers, count=calls)
    speed.samples[key].append(sample)
    if costs:
        await asyncio.sleep(QUIET_S)
        after = cpu_seconds(pids(stack))
        speed.cpu_ms[who].append({process: (after[process] - before[process]) * 1000 / calls for process in after})
    return sample

"""A worker is killed half-way through its purchases: how soon they end once it is back, and what is asked twice."""

import asyncio
import itertools
import re
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.messages import purchase_workflow_id
from tools.bench.bare import connect
from tools.bench.buyer import BenchBuyer, buyer_on
from tools.bench.load import put_load
from tools.bench.spread import Spread, Target, targets_table
from tools.bench.stacks import own
from tools.devstack.links import Links
from tools.devstack.options import StackOptions
from tools.devstack.stack import Stack

WORKER = "payment_success_worker"
PURCHASES = 100
CALLERS = 32
# Each way: a step that calls a service takes 100 ms.
LATENCY_MS = 50
CALLEES = ("payments", "projects", "users")
# From its payment on: look, sell, deliver, record.
CALLS_PER_PURCHASE = 4
CALL = re.compile(r" (?:GET|POST|PUT|PATCH|DELETE) \S+ \d{3} \d+ ms ")


@dataclass(frozen=True)
class Recovery:
    """What one crash has cost; times in seconds, from the moment the worker is started again.

    `half_s` is the yardstick: how long the half before the crash took, from the first payment on.
    """

    half_s: float
    in_flight: int
    polling_s: float
    completed_s: float
    repeated: int


def recover(data: Path | str) -> Recovery:
    """Run a stack with slow services and measure."""
    with own(StackOptions(data=data, links=True)) as stack:
        return asyncio.run(_recover(stack))


async def _recover(stack: Stack) -> Recovery:
    async with buyer_on(stack.description) as buyer:
        return await _crash(stack, buyer)


async def _crash(stack: Stack, buyer: BenchBuyer) -> Recovery:
    answers: list[Mapping[str, Any]] = []

    async def open_one(key: str) -> None:
        answers.append(await buyer.open(key))

    await put_load(open_one, "recovery", callers=CALLERS, count=PURCHASES)
    links = Links(stack.description)
    for name in CALLEES:
        links.slow(name, LATENCY_MS, 0)
    before = _calls(stack)
    told = [buyer.listener.expect(answer["purchase_id"]) for answer in answers]
    half_s = await _seconds(time.perf_counter(), _paid_and_half_delivered(buyer, answers, told))
    await asyncio.to_thread(stack.kill, WORKER)
    in_flight = sum(not event.is_set() for event in told)
    client = await connect(stack.description["temporal"]["address"])
    purchases = [client.get_workflow_handle(purchase_workflow_id(answer["purchase_id"])) for answer in answers]

    restarted_at = time.perf_counter()
    polling = asyncio.create_task(_seconds(restarted_at, asyncio.to_thread(stack.restart, WORKER)))
    completed_s = await _seconds(restarted_at, asyncio.gather(*(purchase.result() for purchase in purchases)))
    repeated = _calls(stack) - before - PURCHASES * CALLS_PER_PURCHASE
    return Recovery(half_s, in_flight, await polling, completed_s, repeated)


async def _paid_and_half_delivered(
    buyer: BenchBuyer, answers: Sequence[Mapping[str, Any]], told: Sequence[asyncio.Event]
) -> None:
    waiting = asyncio.as_completed([event.wait() for event in told])
    await asyncio.gather(*(buyer.pay(answer) for answer in answers), *itertools.islice(waiting, PURCHASES // 2))


async def _seconds(since: float, work: Awaitable[object]) -> float:
    """How long it is since then when the work is done."""
    await work
    return time.perf_counter() - since


def _calls(stack: Stack) -> int:
    """How many calls the services have answered, by their own logs."""
    return sum(len(CALL.findall(stack.log(name).read_text())) for name in CALLEES)


def recovery_section(recovery: Recovery, where: str) -> list[str]:
    """What a worker's crash costs; its heading first."""
    repeated = recovery.repeated / recovery.in_flight
    return [
        "## Recovery",
        "",
        f"Measured {where}.",
        f"{PURCHASES} purchases are paid at once, and each call of a service takes 100 ms. When half of them are",
        "delivered, the payment-success worker is killed (SIGKILL) and started again.",
        "",
        "| | |",
        "|---|--:|",
        f"| the half before the crash, from the first payment on | {recovery.half_s:.1f} s |",
        f"| in flight at the crash | {recovery.in_flight} |",
        f"| from the restart until the worker polls | {recovery.polling_s:.1f} s |",
        f"| from the restart until the last purchase has ended | {recovery.completed_s:.1f} s |",
        f"| calls that the services have answered a second time | {recovery.repeated} |",
        "",
        *targets_table(
            [
                Target(
                    "seconds from the restart until all have ended: at most 2", Spread.of([recovery.completed_s]), 2
                ),
                Target("repeated calls for each purchase in flight: at most 1", Spread.of([repeated]), 1),
            ]
        ),
    ]

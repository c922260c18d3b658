"""More buyers at once than purchases can be opened for: who is answered, who is refused early, and nobody too late."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from temporalio.client import Client
from temporalio.service import RPCError

from app.schemas import purchase_id
from bench.bare import connect
from bench.buyer import BODY
from bench.load import Sample, put_load
from devstack.shop import buyer_token, load_buyers
from devstack.stack import Stack, StackOptions

TITLE = "## Overload"
CALLERS = (64, 128)
# Each of them tries so often.
TRIES = 4
PAUSE_S = 2.0


@dataclass
class Pressed:
    """How the openings of one load ended, in milliseconds."""

    callers: int
    answered_ms: list[float] = field(default_factory=list)
    # 503, and no saga has begun.
    refused_ms: list[float] = field(default_factory=list)
    # 503, and a saga goes on.
    late_ms: list[float] = field(default_factory=list)


def press(data: Path | str, console: Console) -> list[Pressed]:
    """Run a stack and measure."""
    with Stack(StackOptions(data=data)) as stack:
        return asyncio.run(_press(stack.description, console))


async def _press(stack: dict[str, Any], console: Console) -> list[Pressed]:
    client, found = await connect(stack["temporal"]["address"]), []
    buyers = load_buyers()
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=max(CALLERS))) as http:
        for callers in CALLERS:
            pressed = Pressed(callers)

            async def call(key: str, pressed: Pressed = pressed) -> None:
                await _open(stack, http, client, pressed, next(buyers), key)

            await put_load(call, "overload", callers=callers, count=callers * TRIES)
            console.print(f"{callers} at once: {len(pressed.answered_ms)} answered, {len(pressed.refused_ms)} refused")
            found.append(pressed)
    return found


async def _open(  # noqa: PLR0913, PLR0917 - one argument for each thing that a request needs
    stack: dict[str, Any], http: httpx.AsyncClient, client: Client, pressed: Pressed, buyer: str, key: str
) -> None:
    headers = {"Authorization": f"Bearer {buyer_token(stack, buyer)}", "Idempotency-Key": key}
    asked = time.perf_counter()
    response = await http.post(f"{stack['processes']['intake']['url']}/purchases", json=BODY, headers=headers)
    took_ms = (time.perf_counter() - asked) * 1000
    if response.status_code != 503:
        response.raise_for_status()
        pressed.answered_ms.append(took_ms)
    elif await _has_begun(client, purchase_id(buyer, key)):
        pressed.late_ms.append(took_ms)
    else:
        pressed.refused_ms.append(took_ms)
        await asyncio.sleep(PAUSE_S)


async def _has_begun(client: Client, purchase: str) -> bool:
    try:
        await client.get_workflow_handle(f"purchase/{purchase}").describe()
    except RPCError:
        return False
    return True


def overload_section(loads: Sequence[Pressed], where: str) -> list[str]:
    """The section of the page, its heading first."""
    lines = [
        TITLE,
        "",
        f"Measured {where}.",
        f"So many buyers open a purchase at once, {TRIES} times each; who is refused comes after {PAUSE_S:.0f} s.",
        "Refused means before a saga began: nothing is held. Late would be a 503 while the saga goes on.",
        "",
        "| at once | answered | p50 ms | p99 ms | max ms | refused | max ms | late |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for load in loads:
        answered = Sample(load.answered_ms, 1)
        p50, p99, longest = (f"{answered.percentile(percent):.0f}" for percent in (50, 99, 100))
        lines.append(
            f"| {load.callers} | {len(load.answered_ms)} | {p50} | {p99} | {longest} "
            f"| {len(load.refused_ms)} | {max(load.refused_ms, default=0):.0f} | {len(load.late_ms)} |"
        )
    return lines

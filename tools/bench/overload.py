"""More buyers at once than purchases can be opened for: who is answered, who is refused early, and nobody too late."""

import asyncio
import itertools
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from temporalio.client import Client

from domain.keys import purchase_id_of
from domain.messages import purchase_workflow_id
from tools.bench.bare import connect, is_known
from tools.bench.buyer import BODY
from tools.bench.load import Sample, put_load
from tools.bench.stacks import own
from tools.bench.wire import Wire
from tools.devstack.options import StackOptions
from tools.devstack.shop import buyer_token, load_buyers

TITLE = "## Overload"
CALLERS = (64, 128)
# Each of them tries so often.
TRIES = 4
PAUSE_S = 2.0
CONTENT = json.dumps(BODY).encode()


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
    with own(StackOptions(data=data)) as stack:
        return asyncio.run(_press(stack.description, console))


async def _press(stack: dict[str, Any], console: Console) -> list[Pressed]:
    client, found = await connect(stack["temporal"]["address"]), []
    buyers = load_buyers()
    wire = Wire(stack["processes"]["intake"]["url"])
    for callers in CALLERS:
        pressed = Pressed(callers)
        # Made before: a token takes as long as a request.
        names = enumerate(itertools.islice(buyers, callers * TRIES))
        tokens = {f"overload-{callers}-{n}": (buyer, buyer_token(stack, buyer)) for n, buyer in names}

        async def call(key: str, pressed: Pressed = pressed, tokens: Mapping[str, tuple[str, str]] = tokens) -> None:
            buyer, token = tokens[key]
            await _open(wire, client, pressed, buyer, token, key)

        await put_load(call, "overload", callers=callers, count=callers * TRIES)
        console.print(f"{callers} at once: {len(pressed.answered_ms)} answered, {len(pressed.refused_ms)} refused")
        found.append(pressed)
    wire.close()
    return found


async def _open(  # noqa: PLR0913, PLR0917 - one argument for each thing that a request needs
    wire: Wire, client: Client, pressed: Pressed, buyer: str, token: str, key: str
) -> None:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"}
    asked = time.perf_counter()
    status = await wire.ask("POST", "/purchases", headers, CONTENT)
    took_ms = (time.perf_counter() - asked) * 1000
    if status == 201:
        pressed.answered_ms.append(took_ms)
    elif status != 503:
        raise AssertionError(f"POST /purchases answered {status}")
    elif await is_known(client, purchase_workflow_id(purchase_id_of(buyer, key))):
        pressed.late_ms.append(took_ms)
    else:
        pressed.refused_ms.append(took_ms)
        await asyncio.sleep(PAUSE_S)


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

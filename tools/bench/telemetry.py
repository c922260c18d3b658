"""What telemetry costs: the same purchases on a stack that tells nothing and on one that tells all, in turn."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rich.console import Console

from tools.bench.buyer import BenchBuyer, buyer_on
from tools.bench.cost import cpu_seconds, pids
from tools.bench.load import put_load
from tools.bench.spread import Spread
from tools.devstack.options import StackOptions
from tools.devstack.plan import Plan, application
from tools.devstack.processes import INTAKE, SERVICES, WORKERS
from tools.devstack.stack import Stack
from tools.devstack.watch import watched

# Six pairs, the one first and then the other: whatever else the machine does in these minutes falls on both.
PAIRS = 6
COUNT, CALLERS = 80, 8
WARM_UP = 20
# The last purchases' outcomes are recorded, and their spans sent, by then; it costs both alike.
QUIET_S = 2.0
TITLE = "## Telemetry"
GROUPS = {
    "intake": (INTAKE.name,),
    "workers": tuple(worker.name for worker in WORKERS),
    "services": tuple(service.name for service in SERVICES),
    "Temporal": ("temporal",),
}

# Milliseconds of processor time for a purchase, by group.
Costs = Mapping[str, float]


@dataclass(frozen=True)
class Pair:
    """A round without telemetry and one with it, next to each other."""

    without: Costs
    told: Costs


def compare(folder: Path, console: Console) -> list[Pair]:
    """Measure on two stacks that run side by side, of which one works at a time."""
    with (
        _sink() as collector,
        Stack(StackOptions(data=folder / "without", environment={"LOG_FORMAT": "console"}), _unmeasured) as without,
        Stack(StackOptions(data=folder / "with", environment=_telling(collector))) as told,
        watched(without.fault, told.fault),
    ):
        return asyncio.run(_rounds(without.description, told.description, console))


def telemetry_section(pairs: Sequence[Pair], where: str) -> list[str]:
    """The section, its heading first."""
    return [
        TITLE,
        "",
        f"Measured {where}.",
        f"Two stacks side by side, of which one works at a time: {PAIRS} pairs of rounds of {COUNT} purchases (opened,",
        f"paid, delivered, notified; {CALLERS} at once), each pair in the other order than the one before.",
        "*Without*: no metrics of Temporal's SDK, no traces, lines for people. *With*: all metrics, asked for once a",
        "round; traces at their default, one purchase in ten; JSON lines. What the web processes count, they count in",
        "both. Processor time for a purchase in ms: the median of the rounds, and in brackets the least and the most;",
        "the last column compares within each pair.",
        "",
        "| processes | without | with | more |",
        "|---|--:|--:|--:|",
        *(_row(group, pairs) for group in [*GROUPS, "all"]),
    ]


def _row(group: str, pairs: Sequence[Pair]) -> str:
    without, told = (Spread.of(costs[group] for costs in rounds) for rounds in zip(*map(_costs, pairs), strict=True))
    more = Spread.of(pair.told[group] - pair.without[group] for pair in pairs)
    return f"| {group} | {without:.1f} | {told:.1f} | {more:.1f}, {more.median / without.median:+.0%} |"


def _costs(pair: Pair) -> tuple[Costs, Costs]:
    return pair.without, pair.told


def _telling(collector: str) -> dict[str, str]:
    return {"LOG_FORMAT": "json", "OTEL_EXPORTER_OTLP_ENDPOINT": collector}


def _unmeasured(options: StackOptions) -> Plan:
    """The application whose workers measure nothing."""
    plan = application(options)
    quiet = {name: value for name, value in plan.environ.items() if not name.startswith("OTEL_")}
    specs = (replace(spec, env={k: v for k, v in spec.env.items() if k != "METRICS_ADDRESS"}) for spec in plan.specs)
    return replace(plan, specs=tuple(specs), environ=quiet)


async def _rounds(without: Mapping[str, Any], told: Mapping[str, Any], console: Console) -> list[Pair]:
    pairs = []
    async with buyer_on(without) as first, buyer_on(told) as second:
        stacks = {"without": (without, first), "told": (told, second)}
        for name, (_, buyer) in stacks.items():
            await put_load(buyer.whole_life, f"{name}-warm-up", callers=CALLERS, count=WARM_UP)
        for number in range(PAIRS):
            order = sorted(stacks, reverse=bool(number % 2))
            costs = {name: await _round(*stacks[name], f"{name}-{number}") for name in order}
            pairs.append(Pair(**costs))
            console.print(f"{number + 1}: {costs['without']['all']:.1f} ms without, {costs['told']['all']:.1f} with")
    return pairs


async def _round(stack: Mapping[str, Any], buyer: BenchBuyer, name: str) -> Costs:
    before = cpu_seconds(pids(stack))
    await put_load(buyer.whole_life, name, callers=CALLERS, count=COUNT)
    if name.startswith("told"):
        for process in stack["processes"].values():
            if url := process.get("metrics_url"):
                (await buyer.http.get(url)).raise_for_status()
    await asyncio.sleep(QUIET_S)
    used = {process: (cpu - before[process]) * 1000 / COUNT for process, cpu in cpu_seconds(pids(stack)).items()}
    costs = {group: sum(used[process] for process in processes) for group, processes in GROUPS.items()}
    return costs | {"all": sum(costs.values())}


@contextmanager
def _sink() -> Iterator[str]:
    """A collector that takes whatever comes; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        log_message: Callable[..., None] = lambda *_: None

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()

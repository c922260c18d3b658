"""The results as a table, in the terminal and in docs/performance.md."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from tools.bench.load import Sample
from tools.bench.recovery import PURCHASES, Recovery

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"

NAMES = {
    "a": "(a) a workflow that does nothing",
    "b": "(b) a bare update-with-start",
    "c": "(c) first answer of POST /purchases",
    "d": "(d) opened, paid, delivered, notified",
}


@dataclass(frozen=True)
class Results:
    """All that one run has measured: samples by load and number of callers, costs by process."""

    samples: Mapping[tuple[str, int], Sample]
    cpu_ms: Mapping[str, float]
    memory_mb: Mapping[str, float]


def where() -> str:
    """When and on what machine this is measured."""
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    memory = f"{psutil.virtual_memory().total / 2**30:.0f} GiB"
    return f"on {when}: {machine}, {memory}"


def markdown(*sections: Sequence[str]) -> str:
    """The whole page."""
    head = [
        "# Performance",
        "",
        "Measured by `make bench`; load generator and whole stack on the same cores.",
        "Machines are noisy: compare the ratios of one run, not the milliseconds of two.",
        "",
    ]
    return "\n".join([*head, *(line for section in sections for line in (*section, ""))])


def with_section(page: str, section: Sequence[str]) -> str:
    """The page with a section in place of the one that has the same heading, or behind all others."""
    before, _, rest = page.partition(f"{section[0]}\n")
    _, following, after = rest.partition("\n## ")
    text = "\n".join([before.rstrip(), "", *section, ""])
    return f"{text}{following}{after}"


def speed_section(results: Results, where: str) -> list[str]:
    """How fast the loads are, and what the last one costs; its heading first."""
    return [
        "## Speed",
        "",
        f"Measured {where}.",
        "",
        *_speed(results),
        "",
        "A purchase's cost, (d) at 32 at once:",
        "",
        *_cost(results),
    ]


def _speed(results: Results) -> list[str]:
    lines = [
        "| load | at once | calls | p50 ms | p99 ms | per second | p50 to (a) |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for (name, callers), sample in results.samples.items():
        p50, bare = sample.percentile(50), results.samples["a", callers].percentile(50)
        lines.append(
            f"| {NAMES[name]} | {callers} | {len(sample.calls_ms)} | {p50:.1f} | {sample.percentile(99):.1f} "
            f"| {sample.per_second:.1f} | {p50 / bare:.1f} |"
        )
    return lines


def _cost(results: Results) -> list[str]:
    lines = ["| process | CPU ms per purchase | memory MB |", "|---|--:|--:|"]
    lines += [f"| {name} | {cpu:.1f} | {results.memory_mb[name]:.0f} |" for name, cpu in results.cpu_ms.items()]
    lines.append(f"| all | {sum(results.cpu_ms.values()):.1f} | {sum(results.memory_mb.values()):.0f} |")
    return lines


def recovery_section(recovery: Recovery) -> list[str]:
    """What a worker's crash costs."""
    return [
        "## Recovery",
        "",
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
    ]


def targets_section(results: Results, recovery: Recovery) -> list[str]:
    """What is aimed at, and what was measured."""
    ratio = results.samples["c", 1].percentile(50) / results.samples["b", 1].percentile(50)
    workers = max(mb for name, mb in results.memory_mb.items() if name.endswith("_worker"))
    whole = sum(results.memory_mb.values())
    return [
        "## Targets",
        "",
        "| target | measured |",
        "|---|--:|",
        f"| p50 of (c), one at a time: at most 5 times (b) | {ratio:.1f} times |",
        f"| no worker above 150 MB | {workers:.0f} MB |",
        f"| whole stack under 2000 MB | {whole:.0f} MB |",
        f"| ended at most 2 s after a worker's restart | {recovery.completed_s:.1f} s |",
        f"| at most one repeated call for each purchase in flight | {recovery.repeated / recovery.in_flight:.2f} |",
    ]

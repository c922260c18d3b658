"""How fast the loads are, who they are compared with, and whether the targets hold: as tables and as a plot."""

from collections.abc import Callable, Iterator

from tools.bench.cost import GROUPS, by_group
from tools.bench.load import Sample
from tools.bench.plot import Bar, Panel
from tools.bench.speed import CALLS_BY_CALLERS, NAIVE, OURS, Key, Speed
from tools.bench.spread import Spread, Target, targets_table

TITLE = "## Speed"
PLOT = "images/performance.svg"
NAMES = {
    "a": "(a) a workflow that does nothing",
    "b": "(b) a bare update-with-start",
    "c": "(c) first answer of POST /purchases",
    "d": "(d) opened, paid, delivered, notified",
}
MANY = max(CALLS_BY_CALLERS)
FEW = min(CALLS_BY_CALLERS)


def p50(sample: Sample) -> float:
    """Half of the calls took no longer, in ms."""
    return sample.percentile(50)


def per_second(sample: Sample) -> float:
    """How many ended in a second."""
    return sample.per_second


def speed_section(speed: Speed, where: str) -> list[str]:
    """The section, its heading first."""
    rounds = len(speed.cpu_ms[OURS])
    return [
        TITLE,
        "",
        f"![Waits, rates and costs as bars]({PLOT})",
        "",
        f"Measured {where}.",
        f"Stacks side by side, of which one works at a time: {rounds} rounds of short loads in turn, each round in the",
        "other order than the one before. A figure is the median of the rounds, in brackets the least and the most; a",
        "ratio is taken within each round, for a neighbour on the machine slows both. The naive twin",
        "(`tools/bench/naive.py`) is the same purchase on the same services as Temporal's samples would have it.",
        "",
        *targets_table(targets(speed)),
        "",
        "| load | on | at once | p50 ms | p99 ms | per second |",
        "|---|---|--:|--:|--:|--:|",
        *(_row(key, samples) for key, samples in _in_order(speed)),
        "",
        f"Processor time for a purchase in ms, (d) at {MANY} at once:",
        "",
        "| | " + " | ".join(speed.stacks) + " |",
        "|---|" + "--:|" * len(speed.stacks),
        *(f"| {group} | {' | '.join(f'{cost(speed, who, group):.0f}' for who in speed.stacks)} |" for group in GROUPS),
        "",
        "| process of ours | CPU ms per purchase | memory MB |",
        "|---|--:|--:|",
        *_processes(speed),
    ]


def targets(speed: Speed) -> Iterator[Target]:
    """All that speed is measured against."""

    def ratio(value: Callable[[Sample], float], of: Key, to: Key) -> Spread:
        return Spread.of_ratios([*map(value, speed.samples[of])], [*map(value, speed.samples[to])])

    def ours(load: str, callers: int) -> Key:
        return OURS, load, callers

    yield Target("p50 of (c), one at a time, to (b): at most 2.5", ratio(p50, ours("c", FEW), ours("b", FEW)), most=2.5)
    yield Target("p50 of (d), one at a time, to (a): at most 5", ratio(p50, ours("d", FEW), ours("a", FEW)), most=5)
    yield Target("buyers answered 503: none", Spread.of([speed.turned_away]), most=0)
    naive = "the naive twin's"
    yield Target(
        f"p50 of (d), one at a time, to {naive}: at most 0.7",
        ratio(p50, ours("d", FEW), (NAIVE, "d", FEW)),
        most=0.7,
    )
    yield Target(
        f"(d) a second, {MANY} at once, to {naive}: at least 1.5",
        ratio(per_second, ours("d", MANY), (NAIVE, "d", MANY)),
        least=1.5,
    )
    for other in set(speed.stacks) - {OURS, NAIVE}:
        yield Target(
            f"(d) a second, {MANY} at once, to {other}: at least 1.8",
            ratio(per_second, ours("d", MANY), (other, "d", MANY)),
            least=1.8,
        )
        own = [[by_group(costs)[GROUPS[0]] for costs in speed.cpu_ms[who]] for who in (OURS, other)]
        yield Target(f"processor time of our own processes to {other}: at most 0.6", Spread.of_ratios(*own), most=0.6)
    workers = max(mb for name, mb in speed.memory_mb.items() if name.endswith("_worker"))
    yield Target("a worker's memory in MB: at most 150", Spread.of([workers]), most=150)
    yield Target("the stack's memory in MB: at most 2000", Spread.of([sum(speed.memory_mb.values())]), most=2000)


def cost(speed: Speed, who: str, group: str) -> Spread:
    """Processor time for a purchase in ms."""
    return Spread.of(by_group(costs)[group] for costs in speed.cpu_ms[who])


def panels(speed: Speed) -> list[Panel]:
    """What the plot shows."""

    def bars(load: str, callers: int, value: Callable[[Sample], float]) -> list[Bar]:
        found = {
            who: speed.samples[who, load, callers] for who in speed.stacks if (who, load, callers) in speed.samples
        }
        return [Bar(who, Spread.of(map(value, samples))) for who, samples in found.items()]

    # Each beside what the engine alone takes.
    waits = [
        Panel(
            f"{NAMES[load]}: p50 in ms, one at a time",
            [*bars(load, FEW, p50), *(Bar(f"({bare}) bare", bar.spread) for bar in bars(bare, FEW, p50))],
        )
        for load, bare in (("c", "b"), ("d", "a"))
    ]
    rates = [Panel(f"{NAMES[load]}: a second, {MANY} at once", bars(load, MANY, per_second)) for load in ("c", "d")]
    costs = [
        Panel(f"{group}: processor ms for a purchase", [Bar(who, cost(speed, who, group)) for who in speed.stacks])
        for group in GROUPS
    ]
    return [*waits, *rates, *costs]


def _in_order(speed: Speed) -> list[tuple[Key, list[Sample]]]:
    return sorted(speed.samples.items(), key=lambda found: (found[0][2], found[0][1], speed.stacks.index(found[0][0])))


def _row(key: Key, samples: list[Sample]) -> str:
    who, name, callers = key
    waits, rates = (Spread.of(map(value, samples)) for value in (p50, per_second))
    calls = Sample([ms for sample in samples for ms in sample.calls_ms], 0)
    return f"| {NAMES[name]} | {who} | {callers} | {waits:.1f} | {calls.percentile(99):.1f} | {rates:.1f} |"


def _processes(speed: Speed) -> list[str]:
    costs = {name: Spread.of(round_[name] for round_ in speed.cpu_ms[OURS]) for name in speed.memory_mb}
    rows = [f"| {name} | {cpu:.1f} | {speed.memory_mb[name]:.0f} |" for name, cpu in costs.items()]
    whole = Spread.of(sum(round_.values()) for round_ in speed.cpu_ms[OURS])
    return [*rows, f"| all | {whole:.1f} | {sum(speed.memory_mb.values()):.0f} |"]

"""What breaks when: a pure function of the seed, so that a run can be made again."""

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tools.devstack.processes import CALLED, INTAKE, SIMULATOR, WORKERS

# The codec server and the audit are on no purchase's way.
PROCESSES = (*(entry.name for entry in (*WORKERS, INTAKE, *CALLED)), "rabbitmq", "temporal")


class FaultKind(StrEnum):
    """How something is broken."""

    KILL = "kill"  # SIGKILL, and started again
    FREEZE = "freeze"  # SIGSTOP: its requests hang and take effect later
    SLOW = "slow"  # a link with latency
    CUT = "cut"  # a link that resets and refuses
    HALF_OPEN = "half-open"  # a link that accepts and passes nothing
    PROVIDER = "provider"  # webhooks and answers of the simulator go wrong


PROCESS_KINDS = (FaultKind.KILL, FaultKind.KILL, FaultKind.KILL, FaultKind.FREEZE)
LINK_KINDS = (FaultKind.SLOW, FaultKind.CUT, FaultKind.HALF_OPEN)
# Of ten faults five hit a process, four a link and one the provider.
WEIGHTS = {"process": 5, "link": 4, "provider": 1}
# A fault every 3.5 s that lasts 4.5 s: mostly one or two at a time, so that each pair meets in a run of some minutes.
GAPS_S = (2.0, 5.0)
# A longer run has no more than about that many, further apart: every place has been broken in every way by then, and
# what such a run adds is load that gets through.
FAULTS_MAX = 200
LENGTHS_S = (1.0, 8.0)
# Longer than a client waits for an answer (8 s) and a step's attempt lasts (10 s): now and then the longest wait ends.
LONG_S = 13.0
LONG_SHARE = 0.1
# What was broken works for a while before it breaks again: the time that a start takes on two busy cores.
REST_S = 5.0
# The first purchases meet a whole stack; a run that is too short for a fault has none.
QUIET_S = 1.0


@dataclass(frozen=True)
class Fault:
    """Something broken from `at_s` for `seconds`, counted from the start of the load."""

    at_s: float
    seconds: float
    kind: FaultKind
    target: str
    # How it is set: a link's latency; the provider's probability, and the seed by which it decides.
    latency_ms: int = 0
    probability: float = 0.0
    seed: int = 0

    @property
    def healed_s(self) -> float:
        """When it is over."""
        return self.at_s + self.seconds

    @property
    def place(self) -> str:
        """Where it is: a process, or the link to one."""
        return f"link {self.target}" if self.kind in LINK_KINDS else self.target


def plan(seed: int, seconds: float, links: Collection[str]) -> tuple[Fault, ...]:
    """The faults of a run of that length in the order of their beginning; all are over at its end.

    A place is broken in one way at a time, and rests between two faults.
    """
    rng = random.Random(f"faults {seed}")  # noqa: S311 - a plan, no secret
    chosen: list[Fault] = []
    for at_s in _moments(rng, seconds):
        length_s = LONG_S if rng.random() < LONG_SHARE else rng.uniform(*LENGTHS_S)
        fault = _fault(rng, at_s, length_s, sorted(links))
        if fault.healed_s <= seconds and not any(_meet(fault, other) for other in chosen):
            chosen.append(fault)
    return tuple(chosen)


def _moments(rng: random.Random, seconds: float) -> Iterator[float]:
    at_s = QUIET_S
    stretch = max(1.0, seconds / FAULTS_MAX / (sum(GAPS_S) / 2))
    while at_s < seconds:
        yield round(at_s, 1)
        at_s += rng.uniform(*GAPS_S) * stretch


def _fault(rng: random.Random, at_s: float, length_s: float, links: list[str]) -> Fault:
    group = rng.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
    length_s = round(length_s, 1)
    if group == "provider":
        probability, decides = round(rng.uniform(0.1, 0.5), 2), rng.randrange(1000)
        return Fault(at_s, length_s, FaultKind.PROVIDER, SIMULATOR.name, probability=probability, seed=decides)
    if group == "link":
        return Fault(at_s, length_s, rng.choice(LINK_KINDS), rng.choice(links), latency_ms=rng.randrange(50, 800))
    return Fault(at_s, length_s, rng.choice(PROCESS_KINDS), rng.choice(PROCESSES))


def _meet(one: Fault, other: Fault) -> bool:
    apart = one.at_s > other.healed_s + REST_S or other.at_s > one.healed_s + REST_S
    return one.place == other.place and not apart

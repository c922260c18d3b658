"""What a stack's processes cost: processor time and memory, each with its children."""

from collections.abc import Mapping
from typing import Any

import psutil

# What is neither ours, nor the engine, nor stands in for somebody else's server is the broker.
ENGINE, STAND_IN, BROKER = "temporal", "stripe_simulator", "rabbitmq"
GROUPS = ("our own processes", "Temporal", "the stand-in for Stripe", "the broker")


def pids(stack: Mapping[str, Any]) -> dict[str, int]:
    """The process ids of a stack, by name."""
    return {name: process["pid"] for name, process in stack["processes"].items()}


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor time that each process and its children have used so far, in seconds."""
    return {name: sum(_cpu(process) for process in _family(pid)) for name, pid in pids.items()}


def memory_mb(pids: Mapping[str, int]) -> dict[str, float]:
    """Memory of each process and its children, in MB; what they share is counted once (PSS)."""
    return {name: sum(process.memory_full_info().pss for process in _family(pid)) / 1e6 for name, pid in pids.items()}


def by_group(by_process: Mapping[str, float]) -> dict[str, float]:
    """The sums of GROUPS."""
    others = {ENGINE: 0.0, STAND_IN: 0.0, BROKER: 0.0} | dict(by_process)
    engine, stand_in, broker = (others.pop(name) for name in (ENGINE, STAND_IN, BROKER))
    return dict(zip(GROUPS, (sum(others.values()), engine, stand_in, broker), strict=True))


def _family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)

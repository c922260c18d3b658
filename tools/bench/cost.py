"""What a stack's processes cost: processor time and memory, each with its children."""

from collections.abc import Mapping

import psutil


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor time that each process and its children have used so far, in seconds."""
    return {name: sum(_cpu(process) for process in _family(pid)) for name, pid in pids.items()}


def memory_mb(pids: Mapping[str, int]) -> dict[str, float]:
    """Memory of each process and its children, in MB; what they share is counted once (PSS)."""
    return {name: sum(process.memory_full_info().pss for process in _family(pid)) / 1e6 for name, pid in pids.items()}


def _family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)

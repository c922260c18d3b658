"""Closed load: a number of callers, each beginning its next call when the last has ended."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Call = Callable[[str], Awaitable[object]]


@dataclass(frozen=True)
class Sample:
    """What one load took: each call in milliseconds, the whole in seconds."""

    calls_ms: list[float]
    seconds: float

    def percentile(self, percent: float) -> float:
        """The call that this share of the calls was not slower than, in milliseconds."""
        ordered = sorted(self.calls_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

    @property
    def per_second(self) -> float:
        """Calls that ended in a second."""
        return len(self.calls_ms) / self.seconds


async def put_load(call: Call, name: str, *, callers: int, count: int) -> Sample:
    """Make `count` calls, `callers` at once; each gets an id of its own."""
    numbers = iter(range(count))
    taken: list[float] = []

    async def caller() -> None:
        for number in numbers:
            began = time.perf_counter()
            await call(f"{name}-{callers}-{number}")
            taken.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return Sample(taken, time.perf_counter() - began)

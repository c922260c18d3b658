"""A worker's memory and processor time, which the SDK's metrics do not hold."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
from temporalio.common import MetricMeter

# 10 s: once between two scrapes; reading /proc takes a fraction of a millisecond.
TELL_S = 10.0


@asynccontextmanager
async def measuring(meter: MetricMeter) -> AsyncIterator[None]:
    """Record memory and processor time as long as the process works."""
    task = asyncio.create_task(_tell(meter))
    try:
        yield
    finally:
        task.cancel()


async def _tell(meter: MetricMeter) -> None:
    process = psutil.Process()
    memory = meter.create_gauge("buy_projects_worker_resident_memory_bytes", "Memory that the worker's process takes.")
    # A gauge, for the SDK's counters take whole numbers only.
    cpu = meter.create_gauge_float("buy_projects_worker_cpu_seconds", "Processor time that it has taken.")
    while True:
        memory.set(process.memory_info().rss)
        times = process.cpu_times()
        cpu.set(times.user + times.system)
        await asyncio.sleep(TELL_S)

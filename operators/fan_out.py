"""The same question to many sagas at once, some of which may get no answer."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from domain.errors import Unavailable
from operators.ports import Run

A = TypeVar("A")

# As many as a worker answers without a queue.
AT_ONCE = 16
# A worker that is there answers within milliseconds: when it has not answered anything for so long, it is away, and a
# list of a thousand must not wait for a thousand times its limit.
SILENCE_S = 5.0


async def answers(runs: Iterable[Run], ask: Callable[[Run], Awaitable[A]]) -> dict[str, A | Unavailable]:
    """Each saga's answer by its id, or why there is none."""
    kinds: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        # Sagas of one kind have the same worker, and those of another one must not wait for it.
        kinds[run.kind].append(run)
    found = await asyncio.gather(*(_of_one_worker(some, ask) for some in kinds.values()))
    return {workflow_id: answer for some in found for workflow_id, answer in some.items()}


async def _of_one_worker(runs: Sequence[Run], ask: Callable[[Run], Awaitable[A]]) -> dict[str, A | Unavailable]:
    free = asyncio.Semaphore(AT_ONCE)

    async def asked(run: Run) -> A | Unavailable:
        async with free:
            try:
                return await ask(run)
            except Unavailable as away:
                return away

    tasks = {run.workflow_id: asyncio.create_task(asked(run)) for run in runs}
    pending = set(tasks.values())
    while pending:
        done, pending = await asyncio.wait(pending, timeout=SILENCE_S, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending)
            break
    silent = Unavailable("Its worker does not answer.")
    return {workflow_id: silent if task.cancelled() else task.result() for workflow_id, task in tasks.items()}

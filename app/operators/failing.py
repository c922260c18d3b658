"""Sagas whose task fails again and again: nobody but the server can tell (docs/operations.md, WorkflowTasksFail)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from app.operators.engine import RUNNING, Looking, Run
from app.operators.queries import OPEN_SAGAS

# A worker that dies takes one try with it, its successor perhaps another one; a third fails by the saga itself.
FAILING_FROM = 3
# Three tries take some seconds: what has just started is left alone.
YOUNGEST = timedelta(minutes=1)
# The server cannot search by tries, so that each open saga is described: 2 ms each, so many while somebody looks on.
LOOKED_AT_MAX, AT_ONCE = 1000, 16
STANDS_STILL = 'It stands still, for its task fails again and again (docs/operations.md, "WorkflowTasksFail")'


def is_failing(run: Run) -> bool:
    """Whether the task of a saga that was described fails again and again."""
    return run.state == RUNNING and run.task_attempt >= FAILING_FROM


async def failing(engine: Looking, narrow: str = "") -> list[Run]:
    """Those among the newest open sagas, as far as they pass a query."""
    before = (datetime.now(UTC) - YOUNGEST).isoformat()
    query = " AND ".join(part for part in (f"{OPEN_SAGAS} AND StartTime < '{before}'", narrow) if part)
    free = asyncio.Semaphore(AT_ONCE)

    async def described(run: Run) -> Run:
        async with free:
            return await engine.run(run.workflow_id) or run

    looked_at: Sequence[Run] = await asyncio.gather(*map(described, await engine.found(query, LOOKED_AT_MAX)))
    return [run for run in looked_at if is_failing(run)]


async def why_failing(engine: Looking, run: Run) -> str:
    """The sentence on a failing saga, with what its worker has said last."""
    return f"{STANDS_STILL}, try {run.task_attempt}: {await engine.task_failure(run)}"

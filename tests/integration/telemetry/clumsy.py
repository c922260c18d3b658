"""`python -m tests.integration.telemetry.clumsy METRICS_ADDRESS`: a worker whose only workflow has a fault."""

import asyncio
import sys
import uuid

from temporalio import workflow
from temporalio.runtime import Runtime
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from engine import connect
from lib.telemetry.sdk_metrics import metered_runtime

QUEUE = "clumsy"


@workflow.defn
class Clumsy:
    """Fails with what no workflow should: Temporal tries its task again for ever."""

    @workflow.run
    async def run(self) -> None:
        """Divide by zero."""
        _ = 1 // (workflow.info().attempt - 1)


async def work() -> None:
    """Work until somebody ends the process."""
    client = await connect()
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue=QUEUE, workflows=[Clumsy], workflow_runner=runner):
        await client.start_workflow(Clumsy.run, id=uuid.uuid4().hex, task_queue=QUEUE)
        await asyncio.Event().wait()


if __name__ == "__main__":
    Runtime.set_default(metered_runtime(sys.argv[1], [1.0], {}))
    asyncio.run(work())

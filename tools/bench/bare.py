"""The engine's own speed: a workflow that does nothing and an update-with-start that answers at once.

Run as a program it is their worker: `python -m tools.bench.bare ADDRESS`.
"""

import asyncio
import sys
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from engine import data_converter
from engine.server import if_known
from tools.devstack.process import ProcessSpec

QUEUE = "bench"
READY = "Starting bench worker"
# A minute: under the heaviest load here an answer takes one second; what has none by then never gets one.
ANSWER_TIMEOUT = timedelta(minutes=1)


@workflow.defn
class Nothing:
    """Ends as soon as it begins."""

    @workflow.run
    async def run(self) -> None:
        """Do nothing."""


@workflow.defn
class BareUpdate:
    """Answers one update, then ends."""

    def __init__(self) -> None:
        self._asked = False

    @workflow.run
    async def run(self) -> None:
        """Wait until it was asked."""
        await workflow.wait_condition(lambda: self._asked)

    @workflow.update
    async def ask(self) -> str:
        """Answer at once."""
        self._asked = True
        return "answer"


async def connect(address: str) -> Client:
    """A client of a stack's server."""
    return await Client.connect(address, data_converter=data_converter())


async def is_known(client: Client, workflow_id: str) -> bool:
    """Whether the server has begun such a workflow."""
    return await if_known(client.get_workflow_handle(workflow_id).describe()) is not None


async def nothing(client: Client, workflow_id: str) -> None:
    """Start a bare workflow and wait for its end."""
    await client.execute_workflow(Nothing.run, id=workflow_id, task_queue=QUEUE, execution_timeout=ANSWER_TIMEOUT)


async def ask(client: Client, workflow_id: str) -> None:
    """Start a bare workflow by an update, and wait for the answer."""
    operation = WithStartWorkflowOperation(
        BareUpdate.run, id=workflow_id, task_queue=QUEUE, id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING
    )
    await client.execute_update_with_start_workflow(
        BareUpdate.ask, start_workflow_operation=operation, rpc_timeout=ANSWER_TIMEOUT
    )


def worker(address: str) -> ProcessSpec:
    """The process that carries both out."""
    return ProcessSpec("bench_worker", (sys.executable, "-m", "tools.bench.bare", address), ready_line=READY)


async def _work(address: str) -> None:
    async with Worker(
        await connect(address),
        task_queue=QUEUE,
        workflows=[Nothing, BareUpdate],
        # As the product's workers run theirs: what is compared with them must not cost more.
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        print(READY, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1]))

"""What Temporal keeps of a buyer's sagas."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError

from domain.errors import Unavailable
from engine import lazy_client
from engine.server import if_known

# Its history proves who said that a failed refund was paid another way; it goes when its retention ends.
PROOF = "RefundFailed"


class TemporalHistories:
    """The port `Histories`; its client is made at the first call."""

    def __init__(self, make_client: Callable[[], Awaitable[Client]] = lazy_client) -> None:
        self._make_client = make_client

    async def running(self, buyer_id: str) -> list[str]:
        """List by the search attributes."""
        async with self._client() as client:
            listed = client.list_workflows(f'BuyerId="{buyer_id}" AND ExecutionStatus="Running"')
            return [workflow.id async for workflow in listed]

    async def forget(self, buyer_id: str, payment_ids: Sequence[str]) -> int:
        """Delete run by run; the server does it a moment later, and asked twice does it once."""
        about = [f'BuyerId="{buyer_id}"', *(f'PaymentId="{payment_id}"' for payment_id in payment_ids)]
        ended = f'ExecutionStatus!="Running" AND WorkflowType!="{PROOF}"'
        async with self._client() as client:
            runs = {
                (workflow.id, workflow.run_id)
                for which in about
                async for workflow in client.list_workflows(f"{which} AND {ended}")
            }
            for workflow_id, run_id in runs:
                await _delete(client, workflow_id, run_id)
        return len(runs)

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[Client]:
        try:
            yield await self._make_client()
        except (RPCError, RuntimeError) as error:
            raise Unavailable(f"Temporal: {error}") from error


async def _delete(client: Client, workflow_id: str, run_id: str) -> None:
    execution = WorkflowExecution(workflow_id=workflow_id, run_id=run_id)
    request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
    # Lists lag: the run may have been deleted already.
    await if_known(client.workflow_service.delete_workflow_execution(request))

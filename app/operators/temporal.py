"""Operators' port on Temporal."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowIdConflictPolicy, WorkflowIdReusePolicy
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest, StartWorkflowExecutionRequest
from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from app.operators.engine import RUNNING, Run
from domain.errors import Refused, Unavailable
from domain.messages import ParkedView, Settlement
from temporal_client import lazy_client
from workflows.attributes import PAYMENT_ID, PURCHASE_STATUS

# 5 s: the server answers within milliseconds; a worker that has just been started, within a second or two.
ANSWER_TIMEOUT_S = 5.0
# A decision waits until a skip was verified at its callee: for 20 s at most (workflows.policies).
DECISION_TIMEOUT_S = 30.0
AWAY = "Temporal does not answer; TEMPORAL_ADDRESS says where it should be."
NO_WORKER = (
    "The saga's worker does not answer. Nothing is known of the decision: see with `show` once the worker is back."
)


class TemporalEngine:
    """The port; its client is made at the first call."""

    def __init__(self, make_client: Callable[[], Awaitable[Client]] = lazy_client) -> None:
        self._make_client = make_client
        self._connected: Client | None = None

    async def run(self, workflow_id: str) -> Run | None:
        """Describe the newest run."""
        async with _answering():
            try:
                return await _run(await (await self._client()).get_workflow_handle(workflow_id).describe())
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return None
                raise

    async def runs(self, payment_id: str) -> list[Run]:
        """List by the search attribute; a list knows every run, but only a description is up to date."""
        async with _answering():
            listed = (await self._client()).list_workflows(f'PaymentId="{payment_id}"')
            ids = {workflow.id: workflow.start_time async for workflow in listed}
        found = [await self.run(workflow_id) for workflow_id in ids]
        return sorted((run for run in found if run), key=lambda run: run.started_at)

    async def parked(self, run: Run) -> ParkedView | None:
        """Query it."""
        parked: ParkedView | None = await self._query(run, "parked", ParkedView)
        return parked

    async def details(self, run: Run) -> str:
        """Query the current details, as the UI does."""
        metadata = await self._query(run, "__temporal_workflow_metadata", WorkflowMetadata)
        return str(metadata.current_details)

    async def end(self, run: Run) -> str:
        """Read the closing event."""
        async with _answering():
            try:
                result = await (await self._handle(run)).result(follow_runs=False)
            except WorkflowFailureError as failure:
                return str(failure.cause)
        return str(result.get("note") or result.get("reason") or "")

    async def resolve(self, run: Run, decision: str) -> str:
        """Send the update."""
        async with _answering(DECISION_TIMEOUT_S, NO_WORKER):
            try:
                return str(await (await self._handle(run)).execute_update("resolve", decision))
            except WorkflowUpdateFailedError as error:
                cause = error.cause
                kind = cause.type if isinstance(cause, ApplicationError) and cause.type else "failed"
                raise Refused(kind, str(cause)) from error

    async def last_task(self, run: Run) -> int | None:
        """Read the history."""
        done = [
            event for event in await self._history(run) if event.HasField("workflow_task_completed_event_attributes")
        ]
        return done[-1].event_id if done else None

    async def reset(self, run: Run, task: int) -> Run:
        """Reset the run; asked twice, the server does it once."""
        request = ResetWorkflowExecutionRequest(
            workflow_execution=WorkflowExecution(workflow_id=run.workflow_id, run_id=run.run_id),
            reason="flask purchases repair",
            workflow_task_finish_event_id=task,
            request_id=f"repair/{run.run_id}",
        )
        async with _answering():
            client = await self._client()
            request.namespace, request.identity = client.namespace, client.identity
            reset = await client.workflow_service.reset_workflow_execution(request)
        return run.model_copy(update={"run_id": reset.run_id, "state": RUNNING})

    async def start_again(self, run: Run) -> Run:
        """Start it with what the first event of its history holds."""
        first, *_ = await self._history(run)
        began = first.workflow_execution_started_event_attributes
        request = StartWorkflowExecutionRequest(
            workflow_id=run.workflow_id,
            workflow_type=began.workflow_type,
            task_queue=began.task_queue,
            input=began.input,
            workflow_task_timeout=began.workflow_task_timeout,
            request_id=f"repair/{run.run_id}",
            workflow_id_reuse_policy=WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
            workflow_id_conflict_policy=WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
            memo=began.memo,
            search_attributes=began.search_attributes,
            header=began.header,
            user_metadata=first.user_metadata,
        )
        async with _answering():
            client = await self._client()
            request.namespace, request.identity = client.namespace, client.identity
            try:
                started = await client.workflow_service.start_workflow_execution(request)
            except RPCError as error:
                if error.status is RPCStatusCode.ALREADY_EXISTS:
                    raise Refused("not-terminated", f"{run.workflow_id} has been started again already.") from error
                raise
        return run.model_copy(update={"run_id": started.run_id, "state": RUNNING})

    async def told(self, run: Run, workflow_id: str) -> Settlement | None:
        """Read the last signal `settle` that the saga has sent there, from its history."""
        client = await self._client()
        for event in reversed(await self._history(run)):
            sent = event.signal_external_workflow_execution_initiated_event_attributes
            if sent.signal_name == "settle" and sent.workflow_execution.workflow_id == workflow_id:
                (settlement,) = await client.data_converter.decode(sent.input.payloads, [Settlement])
                return Settlement.model_validate(settlement)
        return None

    async def tell(self, run: Run, settlement: Settlement) -> None:
        """Send the signal."""
        async with _answering():
            await (await self._handle(run)).signal("settle", settlement)

    # ---- the client -------------------------------------------------------------------------------------------------

    async def _client(self) -> Client:
        if self._connected is None:
            self._connected = await self._make_client()
        return self._connected

    async def _handle(self, run: Run) -> WorkflowHandle[Any, Any]:
        return (await self._client()).get_workflow_handle(run.workflow_id, run_id=run.run_id)

    async def _query(self, run: Run, name: str, answer: type[Any]) -> Any:
        async with _answering():
            try:
                return await (await self._handle(run)).query(name, result_type=answer)
            except (WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
                raise Unavailable(str(error)) from error

    async def _history(self, run: Run) -> Sequence[HistoryEvent]:
        async with _answering():
            return (await (await self._handle(run)).fetch_history()).events


@asynccontextmanager
async def _answering(timeout_s: float = ANSWER_TIMEOUT_S, away: str = AWAY) -> AsyncIterator[None]:
    """Whoever does not answer in time is away."""
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise Unavailable(away) from error
    except RuntimeError as error:
        raise Unavailable(AWAY) from error
    except RPCError as error:
        raise Unavailable(AWAY if error.status is RPCStatusCode.UNAVAILABLE else f"Temporal: {error}") from error


async def _run(description: WorkflowExecutionDescription) -> Run:
    attributes = description.typed_search_attributes
    status = description.status
    return Run(
        workflow_id=description.id,
        run_id=description.run_id,
        kind=description.workflow_type,
        state=status.name.lower() if status else "unknown",
        status=attributes.get(PURCHASE_STATUS),
        payment_id=attributes.get(PAYMENT_ID),
        summary=await description.static_summary() or "",
        started_at=description.start_time,
        closed_at=description.close_time,
    )

"""What a repair needs of Temporal: histories, resets, starts under an id that was used, signals."""

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowIdConflictPolicy, WorkflowIdReusePolicy
from temporalio.api.workflowservice.v1 import StartWorkflowExecutionRequest
from temporalio.converter import WorkflowSerializationContext
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import RefusalKind, Refused
from domain.messages import PurchaseResult, Signal
from engine.server import reset
from operators.connection import TemporalConnection, answering
from operators.ports import RUNNING, Run


class Repairs(TemporalConnection):
    """The part of the port by which a terminated saga is taken up again."""

    async def last_task(self, run: Run) -> int | None:
        """Read the history."""
        done = [
            event for event in await self._history(run) if event.HasField("workflow_task_completed_event_attributes")
        ]
        return done[-1].event_id if done else None

    async def reset(self, run: Run, task: int) -> Run:
        """Reset the run; asked twice, the server does it once."""
        execution = WorkflowExecution(workflow_id=run.workflow_id, run_id=run.run_id)
        async with answering():
            client = await self._client()
            reason, request_id = f"repair: {client.identity}", f"repair/{run.run_id}"
            run_id = await reset(client, execution, task, reason=reason, request_id=request_id)
        return run.model_copy(update={"run_id": run_id, "state": RUNNING})

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
        async with answering():
            client = await self._client()
            request.namespace, request.identity = client.namespace, client.identity
            try:
                started = await client.workflow_service.start_workflow_execution(request)
            except RPCError as error:
                if error.status is RPCStatusCode.ALREADY_EXISTS:
                    raise Refused(
                        RefusalKind.NOT_TERMINATED, f"{run.workflow_id} has been started again already."
                    ) from error
                raise
        return run.model_copy(update={"run_id": started.run_id, "state": RUNNING})

    async def sent_result(self, run: Run, workflow_id: str) -> PurchaseResult | None:
        """Read the last signal `complete` that the saga has sent there, from its history."""
        client = await self._client()
        for event in reversed(await self._history(run)):
            sent = event.signal_external_workflow_execution_initiated_event_attributes
            if sent.signal_name == Signal.COMPLETE and sent.workflow_execution.workflow_id == workflow_id:
                # Encrypted for the saga that was signaled, not for the one in whose history it stands.
                whose = WorkflowSerializationContext(namespace=client.namespace, workflow_id=workflow_id)
                converter = client.data_converter.with_context(whose)
                (result,) = await converter.decode(sent.input.payloads, [PurchaseResult])
                return PurchaseResult.model_validate(result)
        return None

    async def complete(self, run: Run, result: PurchaseResult) -> None:
        """Send the signal."""
        async with answering():
            await (await self._handle(run)).signal(Signal.COMPLETE, result)

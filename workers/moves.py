"""How an open saga goes from one version to another: as it stands, or from the last point on which both agree."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PostResetOperation, WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionOptionsRequest
from temporalio.client import Client, WorkflowHistory
from temporalio.common import PinnedVersioningOverride, WorkerDeploymentVersion
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from engine.server import reset
from workers.sagas import ALL_SAGAS

# A run can be reset to a task that a worker has finished.
TASK_COMPLETED = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
MASK = FieldMask(paths=["versioning_override"])


@dataclass(frozen=True)
class Move:
    """An open saga and how this code can take it: as it stands, or `back_to` the event before which it can."""

    workflow_id: str
    run_id: str
    back_to: int | None

    def summary(self) -> str:
        """The move in words."""
        how = f"goes back to event {self.back_to} and on from there" if self.back_to else "goes on where it stands"
        return f"{self.workflow_id} {how}"


class Mover:
    """Plans and carries out moves to one version, whose code is the code of this process."""

    def __init__(self, client: Client, version: WorkerDeploymentVersion) -> None:
        self._client = client
        override = PinnedVersioningOverride(version)._to_proto()  # noqa: SLF001 - the SDK offers the type, not the call
        self._options = WorkflowExecutionOptions(versioning_override=override)
        self._replayer = Replayer(
            workflows=ALL_SAGAS,
            data_converter=client.data_converter,
            # As the workers run them.
            workflow_runner=UnsandboxedWorkflowRunner(),
        )

    async def plan(self, workflow_id: str, run_id: str) -> Move:
        """How this version's code can take an open saga, found by replaying its history."""
        history = await self._client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        finished = [event.event_id for event in history.events if event.event_type == TASK_COMPLETED]
        # Before its first finished task a saga has done nothing that this code could not do.
        if not finished or await self._goes_on(workflow_id, history.events):
            return Move(workflow_id, run_id, None)
        return Move(workflow_id, run_id, await self._last_agreed(workflow_id, history.events, finished))

    async def carry_out(self, move: Move) -> None:
        """Pin the saga to the version; its steps are the same under the same keys, so that none takes effect twice."""
        execution = WorkflowExecution(workflow_id=move.workflow_id, run_id=move.run_id)
        if move.back_to is None:
            request = UpdateWorkflowExecutionOptionsRequest(
                namespace=self._client.namespace,
                workflow_execution=execution,
                workflow_execution_options=self._options,
                update_mask=MASK,
            )
            await self._client.workflow_service.update_workflow_execution_options(request)
            return
        pin = PostResetOperation.UpdateWorkflowOptions(workflow_execution_options=self._options, update_mask=MASK)
        await reset(
            self._client,
            execution,
            move.back_to,
            reason="moved to another version of the code",
            request_id=str(uuid.uuid4()),
            afterwards=[PostResetOperation(update_workflow_options=pin)],
        )

    async def _last_agreed(self, workflow_id: str, events: Sequence[HistoryEvent], finished: Sequence[int]) -> int:
        """The last finished task before which this code does what the history says."""
        for event_id in reversed(finished[1:]):
            if await self._goes_on(workflow_id, events[: event_id - 1]):
                return event_id
        return finished[0]

    async def _goes_on(self, workflow_id: str, events: Sequence[HistoryEvent]) -> bool:
        try:
            await self._replayer.replay_workflow(WorkflowHistory(workflow_id, events))
        except (NondeterminismError, RuntimeError):
            # The Replayer's two faults: other commands, and code that fails (at a value that it cannot read, say).
            return False
        return True

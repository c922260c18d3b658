"""Operators' port on Temporal."""

from typing import Any

from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from domain.errors import RefusalKind, Refused
from domain.messages import ParkedView, PurchaseView
from engine.server import if_known
from operators.connection import answering
from operators.decisions import Decision, decided
from operators.ports import Run
from operators.queries import quoted
from operators.repairs import Repairs
from operators.runs import described, listed

# The server's largest page.
PAGE = 1000
# A list of ten thousand takes the server some seconds.
LIST_TIMEOUT_S = 30.0
# A decision waits until a skip was verified at its callee: for 20 s at most (workflows.policies).
DECISION_TIMEOUT_S = 30.0
NO_WORKER = (
    "The saga's worker does not answer. Nothing is known of the decision: see with `show` once the worker is back."
)


class SdkTemporalAdmin(Repairs):
    """The port."""

    async def run(self, workflow_id: str) -> Run | None:
        """Describe the newest run."""
        async with answering():
            client = await self._client()
            description = await if_known(client.get_workflow_handle(workflow_id).describe())
            return await described(description, client.data_converter) if description else None

    async def runs(self, payment_id: str) -> list[Run]:
        """List by the search attribute; a list knows every run, but only a description is up to date."""
        ids = {run.workflow_id for run in await self.found(f"PaymentId = {quoted(payment_id)}", PAGE)}
        found = [await self.run(workflow_id) for workflow_id in ids]
        return sorted((run for run in found if run), key=lambda run: run.started_at)

    async def found(self, query: str, limit: int) -> list[Run]:
        """List; some milliseconds behind what the server describes."""
        async with answering(LIST_TIMEOUT_S):
            workflows = (await self._client()).list_workflows(query, limit=limit, page_size=min(limit, PAGE))
            return [await listed(workflow) async for workflow in workflows]

    async def count(self, query: str) -> int:
        """Count."""
        async with answering():
            return (await (await self._client()).count_workflows(query)).count

    async def parked(self, run: Run) -> ParkedView | None:
        """Query it."""
        parked: ParkedView | None = await self._query(run, "parked", ParkedView)
        return parked

    async def view(self, run: Run) -> PurchaseView:
        """Query it."""
        view: PurchaseView = await self._query(run, "view", PurchaseView)
        return view

    async def details(self, run: Run) -> str:
        """Query the current details, as the UI does."""
        metadata = await self._query(run, "__temporal_workflow_metadata", WorkflowMetadata)
        return str(metadata.current_details)

    async def task_failure(self, run: Run) -> str:
        """Read the history from its end."""
        for event in reversed(await self._history(run)):
            if event.HasField("workflow_task_failed_event_attributes"):
                failure = event.workflow_task_failed_event_attributes.failure
                async with answering():
                    error = await (await self._client()).data_converter.decode_failure(failure)
                return f"{error}: {error.__cause__}" if error.__cause__ else str(error)
        return ""

    async def decisions(self, run: Run) -> list[Decision]:
        """Read the history."""
        events = await self._history(run)
        client = await self._client()
        whose = WorkflowSerializationContext(namespace=client.namespace, workflow_id=run.workflow_id)
        return await decided(events, client.data_converter.with_context(whose))

    async def end(self, run: Run) -> str:
        """Read the closing event."""
        async with answering():
            try:
                result: Any = await (await self._handle(run)).result(follow_runs=False)
            except WorkflowFailureError as failure:
                return str(failure.cause)
        return str(result.get("note") or result.get("reason") or "")

    async def resolve(self, run: Run, decision: str) -> str:
        """Send the update."""
        async with answering(DECISION_TIMEOUT_S, NO_WORKER):
            try:
                means = await if_known((await self._handle(run)).execute_update("resolve", decision))
            except WorkflowUpdateFailedError as error:
                cause = error.cause
                if isinstance(cause, ApplicationError):
                    raise Refused(cause.type or "failed", cause.message) from error
                raise Refused("failed", str(cause)) from error
            if means is None:
                raise Refused(RefusalKind.NOT_PARKED, f"{run.workflow_id} has ended meanwhile.")
            return str(means)

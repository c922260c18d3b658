"""What Temporal tells of the sagas: lists for the whole, the server's own description for a single purchase."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.service import RPCError

from audit.rules.records import SagaRecord, State
from domain.errors import Unavailable
from domain.messages import ParkedView, purchase_workflow_id
from domain.purchase import PurchaseStatus
from engine.server import if_known
from workflows.attributes import PAYMENT_ID, PURCHASE_STATUS

# The server's largest page.
PAGE = 1000
# A worker that is there answers in milliseconds; without it the reason is left out.
QUERY_TIMEOUT = timedelta(seconds=2)
# Calls under way at once, so that a thousand suspects do not become a storm.
CALLS_MAX = 16

STATE = {
    WorkflowExecutionStatus.RUNNING: State.RUNNING,
    # A run that goes on as another one has the same id, and that one is the latest.
    WorkflowExecutionStatus.CONTINUED_AS_NEW: State.RUNNING,
    WorkflowExecutionStatus.COMPLETED: State.COMPLETED,
    WorkflowExecutionStatus.FAILED: State.FAILED,
    WorkflowExecutionStatus.CANCELED: State.CANCELED,
    WorkflowExecutionStatus.TERMINATED: State.TERMINATED,
    WorkflowExecutionStatus.TIMED_OUT: State.TIMED_OUT,
}
# What an audit needs: sagas that run, sagas that were stopped, and those that took care of a failed refund.
OF_INTEREST = "ExecutionStatus != 'Completed' OR WorkflowType = 'RefundFailed'"


class TemporalRecords:
    """The sagas; every method raises Unavailable."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._calls = asyncio.Semaphore(CALLS_MAX)

    async def sagas(self) -> list[SagaRecord]:
        """Every saga of interest, each by its latest run; the list lags behind the server by some milliseconds."""
        return _latest([run async for run in self._listed(OF_INTEREST)])

    async def sagas_of(self, purchase_id: str | None, payment_id: str | None) -> tuple[SagaRecord, ...]:
        """The sagas of one purchase: its own as the server describes it, then those that follow its payment."""
        async with self._calls:
            own = await self._described(purchase_workflow_id(purchase_id)) if purchase_id else None
            named = f"{PAYMENT_ID.name} = '{payment_id}' AND WorkflowType != 'StartPayment'"
            others = _latest([run async for run in self._listed(named)]) if payment_id else []
        return (*([own] if own else []), *others)

    async def reason(self, workflow_id: str) -> str | None:
        """Why a saga waits for an operator; None where its worker does not tell."""
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            async with self._calls:
                view = await handle.query("parked", result_type=ParkedView, rpc_timeout=QUERY_TIMEOUT)
        except (RPCError, RuntimeError, WorkflowQueryFailedError, WorkflowQueryRejectedError):
            # A RuntimeError where it is encrypted by a key that this process does not hold.
            return None
        return view.reason if view else None

    async def _described(self, workflow_id: str) -> SagaRecord | None:
        try:
            described = await if_known(self._client.get_workflow_handle(workflow_id).describe())
        except RPCError as error:
            raise Unavailable(f"Temporal: {error}") from error
        return _saga(described) if described else None

    async def _listed(self, query: str) -> AsyncIterator[WorkflowExecution]:
        try:
            async for run in self._client.list_workflows(query, page_size=PAGE):
                yield run
        except RPCError as error:
            raise Unavailable(f"Temporal: {error}") from error
        except RuntimeError as error:
            # The SDK raises a bare one where there is no server.
            raise Unavailable("Temporal does not answer; TEMPORAL_ADDRESS says where it should be.") from error


def _latest(runs: Iterable[WorkflowExecution]) -> list[SagaRecord]:
    """An id may have several runs, where one broke off and another took over."""
    by_start = sorted(runs, key=lambda run: run.start_time)
    return list({run.id: _saga(run) for run in by_start}.values())


def _saga(run: WorkflowExecution) -> SagaRecord:
    assert run.status is not None, "the server tells the status of every run"
    attributes = run.typed_search_attributes
    return SagaRecord(
        workflow_id=run.id,
        state=STATE[run.status],
        payment_id=attributes.get(PAYMENT_ID),
        parked=attributes.get(PURCHASE_STATUS) == PurchaseStatus.NEEDS_ATTENTION,
    )

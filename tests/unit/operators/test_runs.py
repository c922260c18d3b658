"""A run as the SDK shows it; the rest is tested on a real server."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import WorkflowExecution, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.common import TypedSearchAttributes

from engine import data_converter
from lib.encryption import UnknownKeyError
from operators.runs import UNREADABLE, described, listed
from tests.unit.fakes import NOW

ORDER = {
    "purchase_id": "p1",
    "buyer_id": "alice",
    "items": [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}],
    "amount": 1800,
    "currency": "usd",
}


@dataclass
class ListedExecution:
    """What a list tells of a run."""

    told: dict[str, Any] | Exception
    id: str = "purchase/p1"
    run_id: str = "run-1"
    workflow_type: str = "StartPayment"
    status: WorkflowExecutionStatus | None = WorkflowExecutionStatus.RUNNING
    start_time: datetime = NOW
    close_time: datetime | None = None
    typed_search_attributes: TypedSearchAttributes = field(default_factory=lambda: TypedSearchAttributes([]))

    async def memo(self) -> dict[str, Any]:
        """Decrypted, where the key is there."""
        if isinstance(self.told, Exception):
            raise self.told
        return self.told


@dataclass
class RunDescription(ListedExecution):
    """What a description tells beside that."""

    told: dict[str, Any] | Exception = field(default_factory=dict)
    raw_description: DescribeWorkflowExecutionResponse = field(default_factory=DescribeWorkflowExecutionResponse)


async def test_a_steps_age_is_counted_from_its_first_attempt() -> None:
    """`scheduled_time` is that of the last one; the step's time limit ends three days after the first."""
    limit, first = timedelta(days=3), NOW - timedelta(days=2)
    pending = PendingActivityInfo(activity_id="deliver-offset", attempt=2880)
    pending.activity_options.schedule_to_close_timeout.FromTimedelta(limit)
    pending.scheduled_time.FromDatetime(NOW)
    pending.expiration_time.FromDatetime(first + limit)
    description = RunDescription(raw_description=DescribeWorkflowExecutionResponse(pending_activities=[pending]))
    (step,) = (await described(cast("WorkflowExecutionDescription", description), data_converter())).steps
    assert (step.attempt, step.since) == (2880, first)


async def test_a_repaired_purchase_keeps_its_times() -> None:
    """For the server it has started again."""
    answer = DescribeWorkflowExecutionResponse()
    answer.workflow_extended_info.original_start_time.FromDatetime(NOW - timedelta(days=1))
    description = RunDescription({"order": ORDER, "reservation_ttl_s": 1800}, raw_description=answer)
    run = await described(cast("WorkflowExecutionDescription", description), data_converter())
    assert (run.started_at, run.deadline) == (NOW - timedelta(days=1), NOW - timedelta(days=1) + timedelta(minutes=30))


async def test_a_purchase_tells_its_order_and_its_deadline() -> None:
    """Both stand in the memo, so that no worker has to be asked."""
    run = await listed(cast("WorkflowExecution", ListedExecution({"order": ORDER, "reservation_ttl_s": 1800})))
    assert run.order == "1.500 tCO2e of mangrove-2 for 18.00 USD"
    assert run.deadline == NOW + timedelta(minutes=30)


async def test_a_follow_up_has_neither() -> None:
    """It learns its order from Payments."""
    run = await listed(cast("WorkflowExecution", ListedExecution({})))
    assert (run.order, run.deadline, run.status) == ("", None, None)


async def test_without_its_key_a_purchase_is_listed_all_the_same() -> None:
    """Only what was encrypted is not told, and what is missing is."""
    run = await listed(cast("WorkflowExecution", ListedExecution(UnknownKeyError("2026-11"))))
    assert (run.workflow_id, run.order) == ("purchase/p1", UNREADABLE)

"""A saga's run as the SDK shows it, in operators' terms."""

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import WorkflowExecution, WorkflowExecutionDescription
from temporalio.converter import DataConverter

from domain.purchase import Order
from lib.encryption import UnreadablePayloadError
from operators.ports import Run, Step
from workflows.attributes import BUYER_ID, PAYMENT_ID, PURCHASE_STATUS

# In place of what was encrypted by a key that this process does not hold.
UNREADABLE = "(encrypted: PAYLOAD_KEYS has not its key here)"


async def listed(execution: WorkflowExecution) -> Run:
    """A run in a list: the memo of a purchase's own saga tells its order."""
    attributes = execution.typed_search_attributes
    status = execution.status
    try:
        memo = await execution.memo()
    except UnreadablePayloadError:
        memo = {"unreadable": UNREADABLE}
    return Run(
        workflow_id=execution.id,
        run_id=execution.run_id,
        kind=execution.workflow_type,
        state=status.name.lower() if status else "unknown",
        status=attributes.get(PURCHASE_STATUS),
        payment_id=attributes.get(PAYMENT_ID),
        buyer_id=attributes.get(BUYER_ID),
        order=_ordered(memo),
        deadline=_deadline(execution.start_time, memo),
        started_at=execution.start_time,
        closed_at=execution.close_time,
    )


async def described(description: WorkflowExecutionDescription, converter: DataConverter) -> Run:
    """A run that is looked at: with its own summary, and the steps that are under way."""
    steps = [await _step(pending, converter) for pending in description.raw_description.pending_activities]
    summary = await _readable(_summary(description, converter))
    # 0 where none is pending, as protobuf has it.
    attempt = description.raw_description.pending_workflow_task.attempt
    run = await listed(description)
    # A repaired saga starts again for the server, but not for its purchase.
    info = description.raw_description.workflow_extended_info
    began = _utc(info.original_start_time) if info.HasField("original_start_time") else run.started_at
    more = {
        "summary": summary or "",
        "steps": tuple(steps),
        "task_attempt": attempt,
        "started_at": began,
        "deadline": run.deadline and run.deadline - (run.started_at - began),
    }
    return run.model_copy(update=more)


async def _summary(description: WorkflowExecutionDescription, converter: DataConverter) -> str | None:
    """Its summary; encrypted for this workflow or, if it was started as a child, for its parent."""
    metadata = description.raw_description.execution_config.user_metadata
    return str((await converter.decode([metadata.summary]))[0]) if metadata.HasField("summary") else None


async def _step(pending: PendingActivityInfo, converter: DataConverter) -> Step:
    failure = ""
    if pending.HasField("last_failure"):
        failure = str(await _readable(_failure_message(converter, pending)))
    waits = pending.HasField("next_attempt_schedule_time")
    return Step(
        name=pending.activity_id,
        attempt=pending.attempt,
        since=_begun(pending),
        failure=failure,
        next_at=_utc(pending.next_attempt_schedule_time) if waits else None,
    )


def _begun(pending: PendingActivityInfo) -> datetime | None:
    """When the step was first tried: `scheduled_time` is the last attempt's, the time limit counts from the first."""
    if not pending.HasField("expiration_time"):
        return None
    return _utc(pending.expiration_time) - pending.activity_options.schedule_to_close_timeout.ToTimedelta()


async def _failure_message(converter: DataConverter, pending: PendingActivityInfo) -> str:
    return str(await converter.decode_failure(pending.last_failure))


async def _readable(text: Awaitable[str | None]) -> str | None:
    try:
        return await text
    except UnreadablePayloadError:
        return UNREADABLE


def _ordered(memo: Any) -> str:
    if "order" in memo:
        return Order.model_validate(memo["order"]).summary()
    return str(memo.get("unreadable", ""))


def _deadline(started_at: datetime, memo: Any) -> datetime | None:
    ttl_s = memo.get("reservation_ttl_s")
    return started_at + timedelta(seconds=ttl_s) if ttl_s else None


def _utc(timestamp: Any) -> datetime:
    return datetime.fromtimestamp(timestamp.seconds, UTC)

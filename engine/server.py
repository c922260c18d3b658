"""Calls to Temporal's server that several of our programs make and the SDK has no method for."""

from collections.abc import Awaitable, Iterable
from typing import TypeVar

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue as TaskQueueName
from temporalio.api.workflow.v1 import PostResetOperation
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeTaskQueueResponse,
    ResetWorkflowExecutionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

T = TypeVar("T")

# What waits in a task queue: the tasks of sagas and those of their steps.
KINDS = {
    "workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    "activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}


async def if_known(answer: Awaitable[T]) -> T | None:
    """The server's answer; None where it does not know what it is asked about (any more)."""
    try:
        return await answer
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def describe_queue(client: Client, queue: str, kind: TaskQueueType.ValueType) -> DescribeTaskQueueResponse:
    """A task queue's pollers, and what waits in it."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueueName(name=queue), task_queue_type=kind, report_stats=True
    )
    return await client.workflow_service.describe_task_queue(request)


async def reset(  # noqa: PLR0913 - the server asks for as much
    client: Client,
    run: WorkflowExecution,
    before_task: int,
    *,
    reason: str,
    request_id: str,
    afterwards: Iterable[PostResetOperation] = (),
) -> str:
    """Take a run up again before a finished task (its event's id); the id of the run that goes on.

    What the saga was told since then it is told again. Asked twice with one `request_id`, the server does it once.
    """
    request = ResetWorkflowExecutionRequest(
        namespace=client.namespace,
        workflow_execution=run,
        reason=reason,
        workflow_task_finish_event_id=before_task,
        request_id=request_id,
        post_reset_operations=afterwards,
        identity=client.identity,
    )
    return (await client.workflow_service.reset_workflow_execution(request)).run_id

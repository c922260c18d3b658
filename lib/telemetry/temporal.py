"""Ids and traces through Temporal: in the headers of what is started, so that no command of a workflow changes."""

from collections.abc import Mapping
from typing import Any

from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Interceptor as ClientInterceptor,
)
from temporalio.client import (
    OutboundInterceptor,
    StartWorkflowInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.converter import PayloadConverter
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    HandleQueryInput,
    HandleSignalInput,
    HandleUpdateInput,
    StartActivityInput,
    StartChildWorkflowInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.worker import (
    Interceptor as WorkerInterceptor,
)

from lib.telemetry import ids, tracing

HEADER = "purchase-id"

Headers = Mapping[str, Payload]


def interceptors() -> list[ClientInterceptor]:
    """What a client of ours, and the workers on it, are made with: ids first, for spans bear them."""
    # Not into the message too: the line has them as fields.
    workflow.logger.workflow_info_on_message = activity.logger.activity_info_on_message = False
    return [PurchaseIds(), *([TracingInterceptor()] if tracing.are_on() else [])]


class PurchaseIds(ClientInterceptor, WorkerInterceptor):
    """Passes the purchase's id on to all that a purchase's request starts, directly or indirectly."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - the SDK's name
        """Name the purchase that is bound where a workflow is started."""
        return _Client(next)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Bind the ids around a step."""
        return _Activity(next)

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002, ARG002
        """Bind the ids in a workflow, and name them to what it starts."""
        return _Workflow


class _Client(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        input.headers = _naming(input.headers)
        return await super().start_workflow(input)

    async def start_update_with_start_workflow(
        self,
        input: StartWorkflowUpdateWithStartInput,  # noqa: A002
    ) -> WorkflowUpdateHandle[Any]:
        start = input.start_workflow_input
        start.headers = _naming(start.headers)
        return await super().start_update_with_start_workflow(input)


class _Activity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        info = activity.info()
        # Not only around the step: its task ends with it, and the SDK tells a failure in the same task.
        ids.bind(workflow_id=info.workflow_id, run_id=info.workflow_run_id, **_named_by(input.headers))
        for argument in input.args:
            ids.bind(**ids.ids_of(argument))
        return await super().execute_activity(input)


class _Workflow(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_WorkflowOutbound(outbound))

    # Each of them has a task of its own, and what is bound there ends with it.
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002
        ids.bind(**_named_by(workflow.info().headers))
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        ids.bind(**_named_by(workflow.info().headers))
        await super().handle_signal(input)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002
        ids.bind(**_named_by(workflow.info().headers))
        super().handle_update_validator(input)

    async def handle_query(self, input: HandleQueryInput) -> Any:  # noqa: A002
        ids.bind(**_named_by(workflow.info().headers))
        return await super().handle_query(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002
        ids.bind(**_named_by(workflow.info().headers))
        return await super().handle_update_handler(input)


class _WorkflowOutbound(WorkflowOutboundInterceptor):
    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        input.headers = _passing_on(input.headers)
        return super().start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        input.headers = _passing_on(input.headers)
        return super().start_local_activity(input)

    async def start_child_workflow(self, input: StartChildWorkflowInput) -> workflow.ChildWorkflowHandle[Any, Any]:  # noqa: A002
        input.headers = _passing_on(input.headers)
        return await super().start_child_workflow(input)


def _naming(headers: Headers) -> Headers:
    purchase = ids.bound(ids.PURCHASE)
    return {**headers, HEADER: PayloadConverter.default.to_payload(purchase)} if purchase else headers


def _passing_on(headers: Headers) -> Headers:
    given = workflow.info().headers.get(HEADER)
    return {**headers, HEADER: given} if given else headers


def _named_by(headers: Headers) -> dict[str, object]:
    given = headers.get(HEADER)
    return {ids.PURCHASE: PayloadConverter.default.from_payload(given)} if given else {}

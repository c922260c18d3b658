"""A Temporal server and worker in one object: no sockets, virtual time, one thing at a time.

It feeds the SDK's workflow instances with the activations that a worker would get, runs their activities at once, and
lets time pass only when nothing else is to be done. What it knows: activities with retries, timers, signals between
workflows, children, updates, queries.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import TimeoutType
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto import workflow_activation as wa
from temporalio.bridge.proto.child_workflow import StartChildWorkflowExecutionFailedCause
from temporalio.bridge.proto.workflow_commands import ScheduleActivity, WorkflowCommand
from temporalio.contrib.pydantic import pydantic_data_converter as converter
from temporalio.exceptions import ApplicationError
from temporalio.worker import WorkflowInstance

from tests.sagas.sdk import Step, definition, new_instance, payload, run_step, timestamp, value_of

T = TypeVar("T")

START = datetime(2026, 1, 1, tzinfo=UTC)
# More events than any saga of ours needs: beyond it something turns round and round.
EVENTS_MAX = 20_000


@dataclass
class Execution:
    """One workflow execution: its instance, how it ended, and what it has shown."""

    id: str
    run_id: str
    kind: type
    instance: WorkflowInstance = field(init=False)
    result: Any = None
    failure: str | None = None
    closed: bool = False
    steps: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    updates: dict[str, Any] = field(default_factory=dict)
    canceled_timers: set[int] = field(default_factory=set)


@dataclass
class Engine:
    """The server. `steps` maps an activity's name to the bound method that runs it."""

    steps: dict[str, Step]
    now: datetime = START
    executions: dict[str, Execution] = field(default_factory=dict)
    before_step: Callable[[str, str], None] = lambda _id, _step: None

    def __post_init__(self) -> None:
        """Begin with nothing to do."""
        self._ready: deque[Callable[[], None]] = deque()
        self._later: list[tuple[datetime, int, Callable[[], bool], Callable[[], None]]] = []
        self._numbers = itertools.count(1)

    # ---- the client's side ------------------------------------------------------------------------------------------

    def start(self, kind: type, arg: Any, workflow_id: str) -> bool:
        """Start a workflow; False if there is one with this id already."""
        if workflow_id in self.executions:
            return False
        run_id = f"run-{next(self._numbers)}"
        execution = Execution(id=workflow_id, run_id=run_id, kind=kind)
        self.executions[workflow_id] = execution
        init = wa.InitializeWorkflow(
            workflow_type=kind.__name__,
            workflow_id=workflow_id,
            arguments=[payload(arg)],
            start_time=timestamp(self.now),
        )

        started_at = self.now

        def first_task() -> None:
            # The instance knows the time of its first task, which may be long after the start.
            execution.instance = new_instance(kind, workflow_id, run_id, started_at=started_at, first_task_at=self.now)
            self._activate(execution, wa.WorkflowActivationJob(initialize_workflow=init))

        self._ready.append(first_task)
        return True

    def signal(self, workflow_id: str, name: str, *args: Any) -> None:
        """Send a signal to an open workflow."""
        self._signal(self.executions[workflow_id], name, [payload(arg) for arg in args])

    def update(self, workflow_id: str, name: str, arg: Any, update_id: str) -> None:
        """Send an update; `Execution.updates[update_id]` gets its payload or its Failure."""
        execution = self.executions[workflow_id]
        job = wa.DoUpdate(
            id=update_id, protocol_instance_id=update_id, name=name, input=[payload(arg)], run_validator=True
        )
        job.meta.update_id = update_id
        self._ready.append(lambda: self._activate(execution, wa.WorkflowActivationJob(do_update=job)))

    def cancel(self, workflow_id: str) -> None:
        """Ask a workflow to cancel, as the UI does."""
        job = wa.WorkflowActivationJob(cancel_workflow=wa.CancelWorkflow())
        self._ready.append(lambda: self._activate(self.executions[workflow_id], job))

    def query(self, workflow_id: str, name: str, hint: type[T]) -> T:
        """Ask a workflow, open or closed."""
        query = wa.QueryWorkflow(query_id="q", query_type=name)
        completion = self.executions[workflow_id].instance.activate(
            self._activation(self.executions[workflow_id], wa.WorkflowActivationJob(query_workflow=query))
        )
        answer = completion.successful.commands[0].respond_to_query
        assert not answer.HasField("failed"), answer.failed.message
        return value_of(answer.succeeded.response, hint)

    def run(self, until: Callable[[], bool] = lambda: False, until_time: datetime | None = None) -> None:
        """Do all that is to be done, letting time pass, until nothing is left or `until` holds."""
        for _ in range(EVENTS_MAX):
            if until():
                return
            if self._ready:
                self._ready.popleft()()
            elif self._later and (until_time is None or self._later[0][0] <= until_time):
                at, _, wanted, action = heapq.heappop(self._later)
                if wanted():
                    self.now = max(self.now, at)
                    action()
            else:
                self.now = max(self.now, until_time or self.now)
                return
        raise AssertionError("the sagas do not come to rest")

    # ---- the server's side ------------------------------------------------------------------------------------------

    def _activation(self, execution: Execution, *jobs: wa.WorkflowActivationJob) -> wa.WorkflowActivation:
        return wa.WorkflowActivation(run_id=execution.run_id, timestamp=timestamp(self.now), jobs=jobs)

    def _activate(self, execution: Execution, job: wa.WorkflowActivationJob) -> None:
        if execution.closed:
            return
        completion = execution.instance.activate(self._activation(execution, job))
        assert not completion.HasField("failed"), f"{execution.id}: {completion.failed.failure.message}"
        for command in completion.successful.commands:
            getattr(self, f"_on_{command.WhichOneof('variant')}")(execution, command)

    def _at(self, when: datetime, wanted: Callable[[], bool], action: Callable[[], None]) -> None:
        heapq.heappush(self._later, (when, next(self._numbers), wanted, action))

    def _signal(self, execution: Execution, name: str, args: list[Payload]) -> None:
        job = wa.WorkflowActivationJob(signal_workflow=self._signal_job(name, args))
        self._ready.append(lambda: self._activate(execution, job))

    def _signal_job(self, name: str, args: list[Payload]) -> wa.SignalWorkflow:
        return wa.SignalWorkflow(signal_name=name, input=args, originating_event_id=next(self._numbers))

    # ---- commands ---------------------------------------------------------------------------------------------------

    def _on_schedule_activity(self, execution: Execution, command: WorkflowCommand) -> None:
        schedule = ScheduleActivity()
        schedule.CopyFrom(command.schedule_activity)
        execution.steps.append(schedule.activity_id)
        execution.summaries.append(value_of(command.user_metadata.summary, str))
        self._ready.append(lambda: self._attempt(execution, schedule, attempt=1, scheduled_at=self.now))

    def _attempt(self, execution: Execution, schedule: ScheduleActivity, attempt: int, scheduled_at: datetime) -> None:
        """Run an activity once; a retryable failure is tried again later, as the retry policy says."""
        if execution.closed:
            return
        self.before_step(execution.id, schedule.activity_id)
        try:
            result = run_step(
                self.steps[schedule.activity_type],
                schedule.arguments[0],
                workflow_id=execution.id,
                activity_id=schedule.activity_id,
                attempt=attempt,
            )
        except ApplicationError as error:
            self._failed(execution, schedule, attempt, scheduled_at, error)
        else:
            job = wa.ResolveActivity(seq=schedule.seq)
            job.result.completed.result.CopyFrom(payload(result))
            self._resolve(execution, job)

    def _failed(
        self,
        execution: Execution,
        schedule: ScheduleActivity,
        attempt: int,
        scheduled_at: datetime,
        error: ApplicationError,
    ) -> None:
        cause = Failure()
        if not error.non_retryable:
            policy = schedule.retry_policy
            wait = min(
                # A larger power would only overflow, far past the maximum interval.
                policy.initial_interval.ToTimedelta() * policy.backoff_coefficient ** min(attempt - 1, 20),
                policy.maximum_interval.ToTimedelta(),
            )
            retry_at = self.now + (error.next_retry_delay or wait)
            limit = schedule.schedule_to_close_timeout
            ends_at = scheduled_at + limit.ToTimedelta() if limit.ToTimedelta() else None
            if ends_at is None or retry_at < ends_at:
                again = partial(self._attempt, execution, schedule, attempt + 1, scheduled_at)
                self._at(retry_at, lambda: not execution.closed, again)
                return
            cause.message = "activity ScheduleToClose timeout"
            cause.timeout_failure_info.timeout_type = TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE
        else:
            converter.failure_converter.to_failure(error, converter.payload_converter, cause)
        job = wa.ResolveActivity(seq=schedule.seq)
        failure = job.result.failed.failure
        failure.message = "activity error"
        failure.activity_failure_info.activity_id = schedule.activity_id
        failure.cause.CopyFrom(cause)
        self._resolve(execution, job)

    def _resolve(self, execution: Execution, job: wa.ResolveActivity) -> None:
        self._ready.append(lambda: self._activate(execution, wa.WorkflowActivationJob(resolve_activity=job)))

    def _on_start_timer(self, execution: Execution, command: WorkflowCommand) -> None:
        seq = command.start_timer.seq
        execution.summaries.append(value_of(command.user_metadata.summary, str))
        job = wa.WorkflowActivationJob(fire_timer=wa.FireTimer(seq=seq))

        at = self.now + command.start_timer.start_to_fire_timeout.ToTimedelta()
        wanted = lambda: not execution.closed and seq not in execution.canceled_timers  # noqa: E731
        self._at(at, wanted, lambda: self._activate(execution, job))

    def _on_cancel_timer(self, execution: Execution, command: WorkflowCommand) -> None:
        execution.canceled_timers.add(command.cancel_timer.seq)

    def _on_signal_external_workflow_execution(self, execution: Execution, command: WorkflowCommand) -> None:
        signal = command.signal_external_workflow_execution
        job = wa.ResolveSignalExternalWorkflow(seq=signal.seq)
        target = self.executions.get(signal.workflow_execution.workflow_id)
        if target is None or target.closed:
            job.failure.message = "Unable to signal external workflow because it was not found"
            job.failure.application_failure_info.type = "NOT_FOUND"
        else:
            self._signal(target, signal.signal_name, list(signal.args))
        answer = wa.WorkflowActivationJob(resolve_signal_external_workflow=job)
        self._ready.append(lambda: self._activate(execution, answer))

    def _on_start_child_workflow_execution(self, execution: Execution, command: WorkflowCommand) -> None:
        child = command.start_child_workflow_execution
        kind = _KINDS[child.workflow_type]
        started = self.start(kind, value_of(child.input[0], definition(kind).arg_types[0]), child.workflow_id)
        job = wa.ResolveChildWorkflowExecutionStart(seq=child.seq)
        if started:
            job.succeeded.run_id = self.executions[child.workflow_id].run_id
        else:
            exists = StartChildWorkflowExecutionFailedCause
            job.failed.workflow_id, job.failed.workflow_type = child.workflow_id, child.workflow_type
            job.failed.cause = exists.START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS
        answer = wa.WorkflowActivationJob(resolve_child_workflow_execution_start=job)
        self._ready.append(lambda: self._activate(execution, answer))

    def _on_upsert_workflow_search_attributes(self, execution: Execution, command: WorkflowCommand) -> None:
        fields = command.upsert_workflow_search_attributes.search_attributes.indexed_fields
        execution.attributes |= {name: value_of(carried, object) for name, carried in fields.items()}

    def _on_update_response(self, execution: Execution, command: WorkflowCommand) -> None:
        response = command.update_response
        if response.HasField("rejected"):
            execution.updates[response.protocol_instance_id] = response.rejected
        elif response.HasField("completed"):
            execution.updates[response.protocol_instance_id] = response.completed

    def _on_complete_workflow_execution(self, execution: Execution, command: WorkflowCommand) -> None:
        execution.closed = True
        execution.result = value_of(command.complete_workflow_execution.result, definition(execution.kind).ret_type)

    def _on_fail_workflow_execution(self, execution: Execution, command: WorkflowCommand) -> None:
        execution.closed = True
        execution.failure = command.fail_workflow_execution.failure.message

    def _on_cancel_workflow_execution(self, execution: Execution, _command: WorkflowCommand) -> None:
        execution.closed = True
        execution.failure = "canceled"


_KINDS: dict[str, type] = {}


def register(*kinds: type) -> None:
    """Let workflows start each other as children."""
    _KINDS.update({kind.__name__: kind for kind in kinds})

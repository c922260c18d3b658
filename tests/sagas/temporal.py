"""A Temporal server and worker in one object: no sockets, virtual time, one thing at a time.

It feeds the SDK's workflow instances with the activations that a worker would get and runs their activities. Left
alone it does what is due, oldest first, and lets time pass only when nothing else is to be done; who wants another
order takes events from its agenda. What it knows: activities with retries and cancellation, timers, signals between
workflows, children, updates, queries, eviction, workers that crash.
"""

import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto import workflow_activation as wa
from temporalio.bridge.proto.child_workflow import StartChildWorkflowExecutionFailedCause
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.common import WorkflowIDReusePolicy

from tests.sagas.agenda import Agenda, AgendaEvent
from tests.sagas.dispatch import Dispatch
from tests.sagas.execution import Execution
from tests.sagas.sdk import Step, definition, payload, value_of
from workflows.policies import TASK_TIMEOUT

T = TypeVar("T")

START = datetime(2026, 1, 1, tzinfo=UTC)
# More events than any saga of ours needs: beyond it something turns round and round.
EVENTS_MAX = 20_000

# What operators read in Temporal's UI bears a summary.
SUMMED_UP = {"schedule_activity", "schedule_local_activity", "start_timer", "start_child_workflow_execution"}


class InMemoryTemporal:
    """The server. `steps` maps an activity's name to the bound method that runs it, `kinds` a workflow's to its class.

    `before_step` hears of each attempt before it runs, `before_task` of each workflow task, `tell` of all that happens.
    """

    def __init__(
        self, steps: Mapping[str, Step], kinds: Mapping[str, type], tell: Callable[[str], None] = lambda _words: None
    ) -> None:
        self.kinds = kinds
        # A test may put another one in a step's place.
        self.steps = dict(steps)
        self.executions: dict[str, Execution] = {}
        self.agenda = Agenda(START, tell)
        self.before_step: Callable[[str, str], None] = lambda _id, _step: None
        self.before_task: Callable[[Execution], None] = lambda _execution: None
        self._dispatch = Dispatch(self.agenda, self.steps, self._hear, self._post, self._go_on)
        self._numbers = itertools.count(1)
        self._tell = tell

    @property
    def now(self) -> datetime:
        """The virtual time."""
        return self.agenda.now

    # ---- the client's side ------------------------------------------------------------------------------------------

    def start(
        self,
        name: str,
        arg: Any,
        workflow_id: str,
        reuse: WorkflowIDReusePolicy = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    ) -> bool:
        """Start a workflow; False if the id is taken."""
        known = self.executions.get(workflow_id)
        may_follow = reuse is WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY and known and known.failure
        if known and not may_follow:
            return False
        run_id = f"run-{next(self._numbers)}"
        execution = Execution(workflow_id, run_id, self.kinds[name], started_at=self.now)
        self.executions[workflow_id] = execution
        init = wa.InitializeWorkflow(workflow_type=name, workflow_id=workflow_id, arguments=[payload(arg)])
        self._post(execution, wa.WorkflowActivationJob(initialize_workflow=init))
        return True

    def signal(self, workflow_id: str, name: str, *args: Any) -> None:
        """Send a signal to an open workflow."""
        self._signal(self.executions[workflow_id], name, [payload(arg) for arg in args])

    def update(self, workflow_id: str, name: str, arg: Any, update_id: str) -> bool:
        """Send an update, without an argument if that is None; False: the workflow is closed.

        `Execution.updates[update_id]` gets its payload or its Failure.
        """
        execution = self.executions[workflow_id]
        if update_id in execution.asked:
            return True
        if execution.closed:
            return False
        execution.asked.add(update_id)
        given = [] if arg is None else [payload(arg)]
        job = wa.DoUpdate(id=update_id, protocol_instance_id=update_id, name=name, input=given, run_validator=True)
        job.meta.update_id = update_id
        self._post(execution, wa.WorkflowActivationJob(do_update=job))
        return True

    def cancel(self, workflow_id: str) -> None:
        """Ask a workflow to cancel, as the UI does; the server passes on only the first request."""
        execution = self.executions[workflow_id]
        if not execution.cancel_requested:
            execution.cancel_requested = True
            self._post(execution, wa.WorkflowActivationJob(cancel_workflow=wa.CancelWorkflow()))

    def query(self, workflow_id: str, name: str, hint: type[T], *args: Any) -> T:
        """Ask a workflow, open or closed."""
        query = wa.QueryWorkflow(query_id="q", query_type=name, arguments=[payload(arg) for arg in args])
        answer = self.executions[workflow_id].ask(self.now, query).respond_to_query
        assert not answer.HasField("failed"), answer.failed.message
        return value_of(answer.succeeded.response, hint)

    # ---- running ----------------------------------------------------------------------------------------------------

    def run(self, until: Callable[[], bool] = lambda: False, until_time: datetime | None = None) -> None:
        """Do all that is to be done, letting time pass, until nothing is left or `until` holds."""
        for _ in range(EVENTS_MAX):
            if until():
                return
            event = self.agenda.first()
            if event is None or (event.at and until_time and event.at > until_time):
                self.agenda.now = max(self.now, until_time or self.now)
                return
            self.agenda.take(event)
        raise AssertionError("the sagas do not come to rest")

    def crash(self, name: str) -> None:
        """Kill the worker of a kind of workflow: instances are lost, and the reports of attempts that run."""
        for execution in self.executions.values():
            if execution.kind is self.kinds[name]:
                if execution.task:
                    execution.lose_task()
                    self._awake(execution, self.now + TASK_TIMEOUT)
                execution.evict()
                self._dispatch.lose_reports(execution)

    def _hear(self, workflow_id: str, step: str) -> None:
        self.before_step(workflow_id, step)

    # ---- the server's side ------------------------------------------------------------------------------------------

    def _post(self, execution: Execution, job: wa.WorkflowActivationJob) -> None:
        """Leave something for a workflow; a worker takes up all that has come by then."""
        if not execution.closed:
            execution.inbox.append(job)
            self._awake(execution)

    def _awake(self, execution: Execution, at: datetime | None = None) -> None:
        lane, task = f"task of {execution.run_id}", partial(self._task, execution)
        self.agenda.add(AgendaEvent("", lane, task, lambda: bool(execution.inbox and not execution.task), at))

    def _task(self, execution: Execution) -> None:
        self.before_task(execution)
        self._take_steps(execution, execution.begin_task(self.now))

    def _go_on(self, execution: Execution, job: wa.WorkflowActivationJob) -> None:
        self._take_steps(execution, execution.go_on(self.now, [job]))

    def _take_steps(self, execution: Execution, commands: list[WorkflowCommand]) -> None:
        """Take the steps that are to be taken within the task; when none is left the task is over."""
        for command in commands:
            kind = command.WhichOneof("variant")
            # What an operator reads of it in Temporal's UI.
            assert kind not in SUMMED_UP or command.user_metadata.HasField("summary"), (
                f"{execution.id}: {kind}, unnamed"
            )
            if kind == "schedule_local_activity":
                self._dispatch.schedule(execution, command)
        if not any(activity.local for activity in execution.activities.values()):
            self._carry_out(execution)

    def _carry_out(self, execution: Execution) -> None:
        for command in execution.finish_task():
            getattr(self, f"_on_{command.WhichOneof('variant')}")(execution, command)
        if execution.inbox:
            self._awake(execution)

    def _signal(self, execution: Execution, name: str, args: list[Payload]) -> None:
        signal = wa.SignalWorkflow(signal_name=name, input=args, originating_event_id=next(self._numbers))
        self._post(execution, wa.WorkflowActivationJob(signal_workflow=signal))

    # ---- commands ---------------------------------------------------------------------------------------------------

    def _on_schedule_activity(self, execution: Execution, command: WorkflowCommand) -> None:
        self._dispatch.schedule(execution, command)

    def _on_schedule_local_activity(self, execution: Execution, command: WorkflowCommand) -> None:
        """It was taken within the task."""

    def _on_request_cancel_activity(self, execution: Execution, command: WorkflowCommand) -> None:
        self._dispatch.request_cancel(execution, command.request_cancel_activity.seq)

    def _on_start_timer(self, execution: Execution, command: WorkflowCommand) -> None:
        timer = command.start_timer
        summary = value_of(command.user_metadata.summary, str)
        execution.summaries.append(summary)
        execution.timers.add(timer.seq)

        def fire() -> None:
            execution.timers.discard(timer.seq)
            self._post(execution, wa.WorkflowActivationJob(fire_timer=wa.FireTimer(seq=timer.seq)))

        self.agenda.later(
            self.now + timer.start_to_fire_timeout.ToTimedelta(),
            f"{execution.id}: timer '{summary}'",
            f"timers of {execution.run_id}",
            fire,
            lambda: timer.seq in execution.timers and not execution.closed,
        )

    def _on_cancel_timer(self, execution: Execution, command: WorkflowCommand) -> None:
        execution.timers.discard(command.cancel_timer.seq)

    def _on_signal_external_workflow_execution(self, execution: Execution, command: WorkflowCommand) -> None:
        signal = command.signal_external_workflow_execution
        job = wa.ResolveSignalExternalWorkflow(seq=signal.seq)

        def deliver() -> None:
            target = self.executions.get(signal.workflow_execution.workflow_id)
            if target is None or target.closed:
                job.failure.message = "Unable to signal external workflow because it was not found"
                job.failure.application_failure_info.type = "NOT_FOUND"
            else:
                self._signal(target, signal.signal_name, list(signal.args))
            self._post(execution, wa.WorkflowActivationJob(resolve_signal_external_workflow=job))

        words = f"{execution.id}: signal {signal.signal_name}"
        self.agenda.soon(words, f"signal {signal.seq} of {execution.run_id}", deliver)

    def _on_start_child_workflow_execution(self, execution: Execution, command: WorkflowCommand) -> None:
        child = command.start_child_workflow_execution

        def start() -> None:
            arg = value_of(child.input[0], definition(self.kinds[child.workflow_type]).arg_types[0])
            reuse = WorkflowIDReusePolicy(child.workflow_id_reuse_policy)
            job = wa.ResolveChildWorkflowExecutionStart(seq=child.seq)
            if self.start(child.workflow_type, arg, child.workflow_id, reuse):
                job.succeeded.run_id = self.executions[child.workflow_id].run_id
            else:
                exists = StartChildWorkflowExecutionFailedCause
                job.failed.workflow_id, job.failed.workflow_type = child.workflow_id, child.workflow_type
                job.failed.cause = exists.START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS
            self._post(execution, wa.WorkflowActivationJob(resolve_child_workflow_execution_start=job))

        words = f"{execution.id}: starts {child.workflow_id}"
        self.agenda.soon(words, f"child {child.seq} of {execution.run_id}", start)

    def _on_upsert_workflow_search_attributes(self, execution: Execution, command: WorkflowCommand) -> None:
        fields = command.upsert_workflow_search_attributes.search_attributes.indexed_fields
        execution.attributes |= {name: value_of(carried, object) for name, carried in fields.items()}

    def _on_set_patch_marker(self, execution: Execution, command: WorkflowCommand) -> None:
        """It stands in the history, from where a replay knows it."""

    def _on_update_response(self, execution: Execution, command: WorkflowCommand) -> None:
        response = command.update_response
        if response.HasField("rejected"):
            execution.updates[response.protocol_instance_id] = response.rejected
        elif response.HasField("completed"):
            execution.updates[response.protocol_instance_id] = response.completed

    def _on_complete_workflow_execution(self, execution: Execution, command: WorkflowCommand) -> None:
        execution.result = value_of(command.complete_workflow_execution.result, definition(execution.kind).ret_type)
        self._close(execution, None)

    def _on_fail_workflow_execution(self, execution: Execution, command: WorkflowCommand) -> None:
        self._close(execution, command.fail_workflow_execution.failure.message)

    def _on_cancel_workflow_execution(self, execution: Execution, _command: WorkflowCommand) -> None:
        self._close(execution, "canceled")

    def _close(self, execution: Execution, failure: str | None) -> None:
        execution.closed, execution.failure = True, failure
        self._dispatch.drop(execution)
        self._tell(f"{execution.id}: closes, {failure or execution.result}")

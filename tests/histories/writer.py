"""Writes what an execution of the in-process engine (tests.sagas) has done as the server would have kept it."""

from temporalio.api.sdk.v1 import WorkflowTaskCompletedMetadata
from temporalio.bridge.proto import workflow_activation as wa
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.client import WorkflowHistory

from tests.histories import essence
from tests.histories.arrivals import Arrivals
from tests.sagas.execution import Execution, Task, recorded
from tests.sagas.sdk import payload

# What the SDK's core checks since temporalio 1.35; it says so in a history's first finished task.
CORE_FLAGS = (1, 2, 3, 4)


def written(execution: Execution) -> WorkflowHistory:
    """The history of an execution, open or closed."""
    writer = _Writer(execution)
    for task in execution.history:
        writer.task(task)
    return WorkflowHistory(execution.id, writer.events)


class _Writer(Arrivals):
    """The tasks and what they command; each method named after a command writes the event to which it leads."""

    def __init__(self, execution: Execution) -> None:
        super().__init__(execution)
        self._patches: list[str] = []
        self._local: dict[int, WorkflowCommand] = {}
        self._completed = 0

    def task(self, task: Task) -> None:
        """What has come for a task, the task, the steps that were taken within it, and what it commanded."""
        begun, _ = task.activations[0]
        if _only_refuses(begun, task.commands()):
            # The server forgets a task that did nothing but refuse an update.
            return
        self._activation = begun
        for job in begun.jobs:
            name = str(job.WhichOneof("variant"))
            getattr(self, f"_{name}")(getattr(job, name))
        self._finish_task()
        sent = essence.sent(task.commands())
        for index, (activation, commands) in enumerate(task.activations):
            if index:
                self._mark(index, activation)
            for command in [each for each in commands if each in sent]:
                name = str(command.WhichOneof("variant"))
                getattr(self, f"_{name}")(command)

    def _mark(self, index: int, activation: wa.WorkflowActivation) -> None:
        """A step that was taken within the task, as the SDK's core writes it."""
        resolved = activation.jobs[0].resolve_activity
        step = self._local[resolved.seq]
        wanted = step.schedule_local_activity
        event = self._event("MARKER_RECORDED")
        event.user_metadata.CopyFrom(step.user_metadata)
        marked = event.marker_recorded_event_attributes
        marked.marker_name, marked.workflow_task_completed_event_id = "core_local_activity", self._completed
        when = {"seconds": activation.timestamp.seconds, "nanos": activation.timestamp.nanos}
        data = {
            "seq": resolved.seq,
            "attempt": 1,
            "activity_id": wanted.activity_id,
            "activity_type": wanted.activity_type,
            "complete_time": when,
            "backoff": None,
            "original_schedule_time": when,
            "activation_index": index,
        }
        marked.details["data"].payloads.append(payload(data))
        if resolved.result.HasField("completed"):
            marked.details["result"].payloads.append(resolved.result.completed.result)
        else:
            marked.failure.CopyFrom(recorded(resolved.result.failed.failure))

    def _schedule_local_activity(self, command: WorkflowCommand) -> None:
        """It stands in the history once it is done."""
        self._local[command.schedule_local_activity.seq] = command

    def _finish_task(self) -> None:
        scheduled = self._event("WORKFLOW_TASK_SCHEDULED")
        scheduled.workflow_task_scheduled_event_attributes.task_queue.name = self._execution.queue
        started = self._event("WORKFLOW_TASK_STARTED")
        started.workflow_task_started_event_attributes.scheduled_event_id = scheduled.event_id
        completed = self._event("WORKFLOW_TASK_COMPLETED")
        finished = completed.workflow_task_completed_event_attributes
        finished.scheduled_event_id, finished.started_event_id = scheduled.event_id, started.event_id
        if not self._completed:
            finished.sdk_metadata.CopyFrom(WorkflowTaskCompletedMetadata(core_used_flags=CORE_FLAGS))
        self._completed = completed.event_id

    def _schedule_activity(self, command: WorkflowCommand) -> None:
        event, wanted = self._event("ACTIVITY_TASK_SCHEDULED"), command.schedule_activity
        event.user_metadata.CopyFrom(command.user_metadata)
        scheduled = event.activity_task_scheduled_event_attributes
        scheduled.activity_id, scheduled.activity_type.name = wanted.activity_id, wanted.activity_type
        scheduled.task_queue.name = wanted.task_queue
        scheduled.input.payloads.extend(wanted.arguments)
        scheduled.schedule_to_close_timeout.CopyFrom(wanted.schedule_to_close_timeout)
        scheduled.start_to_close_timeout.CopyFrom(wanted.start_to_close_timeout)
        scheduled.heartbeat_timeout.CopyFrom(wanted.heartbeat_timeout)
        scheduled.retry_policy.CopyFrom(wanted.retry_policy)
        scheduled.workflow_task_completed_event_id = self._completed
        self._began["activity", wanted.seq] = event.event_id

    def _request_cancel_activity(self, command: WorkflowCommand) -> None:
        scheduled = self._began["activity", command.request_cancel_activity.seq]
        event = self._event("ACTIVITY_TASK_CANCEL_REQUESTED")
        requested = event.activity_task_cancel_requested_event_attributes
        requested.scheduled_event_id, requested.workflow_task_completed_event_id = scheduled, self._completed
        self._began["cancel of", scheduled] = event.event_id

    def _start_timer(self, command: WorkflowCommand) -> None:
        event, wanted = self._event("TIMER_STARTED"), command.start_timer
        event.user_metadata.CopyFrom(command.user_metadata)
        started = event.timer_started_event_attributes
        started.timer_id, started.workflow_task_completed_event_id = str(wanted.seq), self._completed
        started.start_to_fire_timeout.CopyFrom(wanted.start_to_fire_timeout)
        self._began["timer", wanted.seq] = event.event_id

    def _cancel_timer(self, command: WorkflowCommand) -> None:
        seq = command.cancel_timer.seq
        canceled = self._event("TIMER_CANCELED").timer_canceled_event_attributes
        canceled.timer_id, canceled.started_event_id = str(seq), self._began["timer", seq]
        canceled.workflow_task_completed_event_id = self._completed

    def _signal_external_workflow_execution(self, command: WorkflowCommand) -> None:
        wanted = command.signal_external_workflow_execution
        event = self._event("SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED")
        initiated = event.signal_external_workflow_execution_initiated_event_attributes
        initiated.workflow_task_completed_event_id = self._completed
        initiated.workflow_execution.workflow_id = wanted.workflow_execution.workflow_id
        initiated.signal_name = wanted.signal_name
        initiated.input.payloads.extend(wanted.args)
        self._began["signal", wanted.seq] = event.event_id

    def _start_child_workflow_execution(self, command: WorkflowCommand) -> None:
        event, wanted = self._event("START_CHILD_WORKFLOW_EXECUTION_INITIATED"), command.start_child_workflow_execution
        event.user_metadata.CopyFrom(command.user_metadata)
        initiated = event.start_child_workflow_execution_initiated_event_attributes
        initiated.workflow_id, initiated.workflow_type.name = wanted.workflow_id, wanted.workflow_type
        initiated.task_queue.name = wanted.task_queue
        initiated.input.payloads.extend(wanted.input)
        initiated.parent_close_policy = int(wanted.parent_close_policy)  # type: ignore[assignment] # the same numbers
        initiated.workflow_id_reuse_policy = wanted.workflow_id_reuse_policy
        initiated.workflow_task_completed_event_id = self._completed
        self._began["child", wanted.seq] = event.event_id

    def _upsert_workflow_search_attributes(self, command: WorkflowCommand) -> None:
        event = self._event("UPSERT_WORKFLOW_SEARCH_ATTRIBUTES")
        upserted = event.upsert_workflow_search_attributes_event_attributes
        upserted.workflow_task_completed_event_id = self._completed
        upserted.search_attributes.CopyFrom(command.upsert_workflow_search_attributes.search_attributes)

    def _set_patch_marker(self, command: WorkflowCommand) -> None:
        """As the SDK's core writes it: a marker, and the patches so far as a search attribute."""
        patch = command.set_patch_marker
        marked = self._event("MARKER_RECORDED").marker_recorded_event_attributes
        marked.marker_name, marked.workflow_task_completed_event_id = "core_patch", self._completed
        marked.details["patch-data"].payloads.append(payload({"id": patch.patch_id, "deprecated": patch.deprecated}))
        if not patch.deprecated:
            self._patches.append(patch.patch_id)
            upserted = self._event(
                "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"
            ).upsert_workflow_search_attributes_event_attributes
            upserted.workflow_task_completed_event_id = self._completed
            upserted.search_attributes.indexed_fields[essence.CHANGE_VERSION].CopyFrom(payload(self._patches))

    def _update_response(self, command: WorkflowCommand) -> None:
        response = command.update_response
        update_id = response.protocol_instance_id
        if response.HasField("accepted"):
            self._accept(self._requests[update_id])
        elif response.HasField("completed") or ("update", update_id) in self._began:
            event = self._event("WORKFLOW_EXECUTION_UPDATE_COMPLETED")
            completed = event.workflow_execution_update_completed_event_attributes
            completed.meta.update_id, completed.accepted_event_id = update_id, self._began["update", update_id]
            if response.HasField("completed"):
                completed.outcome.success.payloads.append(response.completed)
            else:
                completed.outcome.failure.CopyFrom(response.rejected)

    def _accept(self, request: wa.DoUpdate) -> None:
        event = self._event("WORKFLOW_EXECUTION_UPDATE_ACCEPTED")
        accepted = event.workflow_execution_update_accepted_event_attributes
        accepted.protocol_instance_id, accepted.accepted_request_message_id = request.id, f"{request.id}/request"
        # Three events back from the first one that follows the task: it was there when the task was scheduled.
        accepted.accepted_request_sequencing_event_id = self._completed - 2
        accepted.accepted_request.meta.update_id = request.id
        accepted.accepted_request.input.name = request.name
        accepted.accepted_request.input.args.payloads.extend(request.input)
        self._began["update", request.id] = event.event_id

    def _complete_workflow_execution(self, command: WorkflowCommand) -> None:
        completed = self._event("WORKFLOW_EXECUTION_COMPLETED").workflow_execution_completed_event_attributes
        completed.result.payloads.append(command.complete_workflow_execution.result)
        completed.workflow_task_completed_event_id = self._completed

    def _fail_workflow_execution(self, command: WorkflowCommand) -> None:
        failed = self._event("WORKFLOW_EXECUTION_FAILED").workflow_execution_failed_event_attributes
        failed.failure.CopyFrom(command.fail_workflow_execution.failure)
        failed.workflow_task_completed_event_id = self._completed

    def _cancel_workflow_execution(self, _command: WorkflowCommand) -> None:
        canceled = self._event("WORKFLOW_EXECUTION_CANCELED").workflow_execution_canceled_event_attributes
        canceled.workflow_task_completed_event_id = self._completed


def _only_refuses(activation: wa.WorkflowActivation, commands: list[WorkflowCommand]) -> bool:
    return all(job.HasField("do_update") for job in activation.jobs) and all(_refuses(each) for each in commands)


def _refuses(command: WorkflowCommand) -> bool:
    return command.HasField("update_response") and command.update_response.HasField("rejected")

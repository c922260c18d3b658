"""What comes for a saga (its start, results, signals, updates), as the events that the server keeps of it."""

from temporalio.api.enums.v1 import (
    EventType,
    SignalExternalWorkflowExecutionFailedCause,
    StartChildWorkflowExecutionFailedCause,
    TaskQueueKind,
)
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto import workflow_activation as wa
from temporalio.bridge.proto.activity_result import ActivityResolution

from tests.sagas.execution import Execution


class Arrivals:
    """A history in the making; each method named after a job of a task writes the events that it came with."""

    def __init__(self, execution: Execution) -> None:
        self.events: list[HistoryEvent] = []
        self._execution = execution
        self._activation = wa.WorkflowActivation()
        # The event by which each activity, timer, child, signal and update began.
        self._began: dict[tuple[str, int | str], int] = {}
        self._requests: dict[str, wa.DoUpdate] = {}

    def _event(self, kind: str) -> HistoryEvent:
        event = HistoryEvent(event_id=len(self.events) + 1, event_type=EventType.Value(f"EVENT_TYPE_{kind}"))
        event.event_time.CopyFrom(self._activation.timestamp)
        self.events.append(event)
        return event

    def _initialize_workflow(self, init: wa.InitializeWorkflow) -> None:
        event = self._event("WORKFLOW_EXECUTION_STARTED")
        event.event_time.FromDatetime(self._execution.started_at)
        started = event.workflow_execution_started_event_attributes
        started.workflow_type.name, started.task_queue.name = init.workflow_type, self._execution.queue
        started.task_queue.kind = TaskQueueKind.TASK_QUEUE_KIND_NORMAL
        started.input.payloads.extend(init.arguments)
        started.workflow_id, started.attempt = init.workflow_id, 1
        # Named after its workflow, so that the same history is written alike in every scenario.
        run_id = f"run of {init.workflow_id}"
        started.original_execution_run_id = started.first_execution_run_id = run_id

    def _resolve_activity(self, job: wa.ResolveActivity) -> None:
        scheduled = self._began["activity", job.seq]
        result = job.result
        if result.HasField("cancelled"):
            self._canceled_activity(scheduled)
            return
        started = self._event("ACTIVITY_TASK_STARTED")
        started.activity_task_started_event_attributes.scheduled_event_id = scheduled
        started.activity_task_started_event_attributes.attempt = 1
        if result.HasField("completed"):
            completed = self._event("ACTIVITY_TASK_COMPLETED").activity_task_completed_event_attributes
            completed.result.payloads.append(result.completed.result)
            completed.scheduled_event_id, completed.started_event_id = scheduled, started.event_id
        else:
            self._failed_activity(result, scheduled, started.event_id)

    def _failed_activity(self, result: ActivityResolution, scheduled: int, started: int) -> None:
        failure = result.failed.failure
        retry_state = failure.activity_failure_info.retry_state
        if failure.cause.HasField("timeout_failure_info"):
            over = self._event("ACTIVITY_TASK_TIMED_OUT").activity_task_timed_out_event_attributes
            over.failure.CopyFrom(failure.cause)
            over.scheduled_event_id, over.started_event_id, over.retry_state = scheduled, started, retry_state
        else:
            failed = self._event("ACTIVITY_TASK_FAILED").activity_task_failed_event_attributes
            failed.failure.CopyFrom(failure.cause)
            failed.scheduled_event_id, failed.started_event_id, failed.retry_state = scheduled, started, retry_state

    def _canceled_activity(self, scheduled: int) -> None:
        canceled = self._event("ACTIVITY_TASK_CANCELED").activity_task_canceled_event_attributes
        canceled.scheduled_event_id = scheduled
        canceled.latest_cancel_requested_event_id = self._began["cancel of", scheduled]

    def _fire_timer(self, job: wa.FireTimer) -> None:
        fired = self._event("TIMER_FIRED").timer_fired_event_attributes
        fired.timer_id, fired.started_event_id = str(job.seq), self._began["timer", job.seq]

    def _signal_workflow(self, job: wa.SignalWorkflow) -> None:
        signaled = self._event("WORKFLOW_EXECUTION_SIGNALED").workflow_execution_signaled_event_attributes
        signaled.signal_name = job.signal_name
        signaled.input.payloads.extend(job.input)

    def _do_update(self, job: wa.DoUpdate) -> None:
        """It leaves a trace only once the saga has accepted it."""
        self._requests[job.protocol_instance_id] = job

    def _cancel_workflow(self, _job: wa.CancelWorkflow) -> None:
        event = self._event("WORKFLOW_EXECUTION_CANCEL_REQUESTED")
        event.workflow_execution_cancel_requested_event_attributes.SetInParent()

    def _resolve_signal_external_workflow(self, job: wa.ResolveSignalExternalWorkflow) -> None:
        initiated = self._began["signal", job.seq]
        if job.HasField("failure"):
            event = self._event("SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED")
            failed = event.signal_external_workflow_execution_failed_event_attributes
            causes = SignalExternalWorkflowExecutionFailedCause
            failed.cause = causes.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND
            failed.initiated_event_id = initiated
        else:
            event = self._event("EXTERNAL_WORKFLOW_EXECUTION_SIGNALED")
            event.external_workflow_execution_signaled_event_attributes.initiated_event_id = initiated

    def _resolve_child_workflow_execution_start(self, job: wa.ResolveChildWorkflowExecutionStart) -> None:
        initiated = self._began["child", job.seq]
        begun = self.events[initiated - 1].start_child_workflow_execution_initiated_event_attributes
        if job.HasField("succeeded"):
            event = self._event("CHILD_WORKFLOW_EXECUTION_STARTED")
            started = event.child_workflow_execution_started_event_attributes
            started.initiated_event_id = initiated
            started.workflow_execution.workflow_id = begun.workflow_id
            started.workflow_execution.run_id = f"run of {begun.workflow_id}"
            started.workflow_type.CopyFrom(begun.workflow_type)
        else:
            event = self._event("START_CHILD_WORKFLOW_EXECUTION_FAILED")
            failed = event.start_child_workflow_execution_failed_event_attributes
            failed.initiated_event_id, failed.workflow_id = initiated, begun.workflow_id
            failed.workflow_type.CopyFrom(begun.workflow_type)
            causes = StartChildWorkflowExecutionFailedCause
            failed.cause = causes.START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS

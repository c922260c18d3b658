"""Runs the attempts of activities: at once, again after a failure, no more once canceled or out of time."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from temporalio.api.enums.v1 import RetryState
from temporalio.bridge.proto import workflow_activation as wa
from temporalio.bridge.proto.activity_result import ActivityResolution
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.exceptions import ApplicationError

from tests.sagas.agenda import Agenda, AgendaEvent
from tests.sagas.attempts import Activity, HeartbeatError, ScheduleToCloseError, canceled, completed, failed
from tests.sagas.execution import Execution
from tests.sagas.sdk import Step, run_step, value_of


class Dispatch:
    """The activities' part of the server and its workers."""

    def __init__(
        self,
        agenda: Agenda,
        steps: Mapping[str, Step],
        before_step: Callable[[str, str], None],
        post: Callable[[Execution, wa.WorkflowActivationJob], None],
        go_on: Callable[[Execution, wa.WorkflowActivationJob], None],
    ) -> None:
        self._agenda = agenda
        self._steps = steps
        self._before_step = before_step
        self._post = post
        self._go_on = go_on

    def schedule(self, execution: Execution, command: WorkflowCommand) -> None:
        """Take up an activity, of the server's or within the task."""
        copy = WorkflowCommand.FromString(command.SerializeToString())
        local = copy.HasField("schedule_local_activity")
        schedule = copy.schedule_local_activity if local else copy.schedule_activity
        pending = {activity.name for activity in execution.activities.values()}
        assert schedule.activity_id not in pending, f"the server refuses a second pending {schedule.activity_id}"
        execution.steps.append(schedule.activity_id)
        execution.summaries.append(value_of(command.user_metadata.summary, str))
        activity = Activity(schedule, scheduled_at=self._agenda.now)
        execution.activities[schedule.seq] = activity
        self._begin_at(None, execution, activity)
        if activity.ends_at:
            self._agenda.later(
                activity.ends_at,
                f"{execution.id}: no time is left for {activity.name}",
                f"limit of {id(activity)}",
                partial(self._out_of_time, execution, activity),
                lambda: not activity.done,
            )

    def request_cancel(self, execution: Execution, seq: int) -> None:
        """Cancel an activity at once, unless an attempt runs: that hears of it by its heartbeat, or ends before."""
        activity = execution.activities.get(seq)
        if activity is None:
            return
        activity.cancel_requested = True
        cancel = partial(self._resolve, execution, activity, canceled(activity))
        if not activity.running:
            cancel()
            return
        attempt = activity.attempt
        words = f"{execution.id}: {activity.name} is interrupted"
        still = lambda: not activity.done and not activity.lost and activity.attempt == attempt  # noqa: E731
        self._agenda.soon(words, f"cancellation of {id(activity)}", cancel, still)

    def lose_reports(self, execution: Execution) -> None:
        """The worker dies: what its attempts have done is never reported, and in the end missed."""
        for activity in [activity for activity in execution.activities.values() if activity.local]:
            activity.done = True
            del execution.activities[activity.schedule.seq]
        for activity in execution.activities.values():
            if activity.running and not activity.lost:
                activity.lost = True
                self._agenda.later(
                    self._agenda.now + activity.silence_limit,
                    f"{execution.id}: {activity.name} is not heard of any more",
                    f"attempts of {id(activity)}",
                    partial(self._failed, execution, activity, HeartbeatError()),
                    lambda activity=activity: not activity.done,  # type: ignore[misc]
                )

    def drop(self, execution: Execution) -> None:
        """A closed workflow's activities are tried no more."""
        for activity in execution.activities.values():
            activity.done = True
        execution.activities.clear()

    def _begin_at(self, when: datetime | None, execution: Execution, activity: Activity) -> None:
        words = f"{execution.id}: {activity.name}" + (f", attempt {activity.attempt}" if activity.attempt > 1 else "")
        lane, begin = f"attempts of {id(activity)}", partial(self._begin, execution, activity)
        step = f"{execution.id.split('/', 1)[0]} {activity.name}"
        self._agenda.add(AgendaEvent(words, lane, begin, lambda: not activity.done, when, step))

    def _begin(self, execution: Execution, activity: Activity) -> None:
        """Run an attempt; what it reports is recorded a little later."""
        activity.running, activity.lost = True, False
        self._before_step(execution.id, activity.name)
        report: Callable[[], None]
        try:
            result = run_step(
                self._steps[activity.schedule.activity_type],
                activity.schedule.arguments[0],
                workflow_id=execution.id,
                activity_id=activity.name,
                attempt=activity.attempt,
                started_time=self._agenda.now,
            )
        except (ApplicationError, ScheduleToCloseError) as error:
            report = partial(self._failed, execution, activity, error)
        else:
            report = partial(self._resolve, execution, activity, completed(result))
        lane = f"attempts of {id(activity)}"
        self._agenda.soon("", lane, report, lambda: activity.running and not activity.lost and not activity.done)

    def _failed(self, execution: Execution, activity: Activity, error: Exception) -> None:
        """Record a failed attempt: another one follows, or the activity has failed."""
        activity.running = False
        wait = activity.retry_after(error, self._agenda.now)
        if isinstance(wait, timedelta):
            activity.attempt += 1
            self._begin_at(self._agenda.now + wait, execution, activity)
        else:
            self._resolve(execution, activity, failed(activity, error, wait))

    def _out_of_time(self, execution: Execution, activity: Activity) -> None:
        over = failed(activity, ScheduleToCloseError(), RetryState.RETRY_STATE_TIMEOUT)
        self._resolve(execution, activity, over)

    def _resolve(self, execution: Execution, activity: Activity, resolution: ActivityResolution) -> None:
        activity.done = True
        del execution.activities[activity.schedule.seq]
        job = wa.ResolveActivity(seq=activity.schedule.seq, result=resolution, is_local=activity.local)
        resolve = self._go_on if activity.local else self._post
        resolve(execution, wa.WorkflowActivationJob(resolve_activity=job))

"""The attempts of one activity, as the server keeps them (measured on Temporal Server 1.29.1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import RetryState, TimeoutType
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.activity_result import ActivityResolution
from temporalio.bridge.proto.workflow_commands import ScheduleActivity, ScheduleLocalActivity
from temporalio.exceptions import ApplicationError

from tests.sagas.sdk import NoTraces, converter, payload


class HeartbeatError(Exception):
    """The worker was lost in the middle of an attempt: nothing is heard of it any more."""


class ScheduleToCloseError(Exception):
    """The time for all attempts was over while one ran, or before one began."""


@dataclass
class Activity:
    """A scheduled activity: `running` between an attempt's begin and its report, `lost` if none comes.

    A local one is taken within its saga's task, once, and dies with it.
    """

    schedule: ScheduleActivity | ScheduleLocalActivity
    scheduled_at: datetime
    attempt: int = 1
    running: bool = False
    lost: bool = False
    cancel_requested: bool = False
    done: bool = False

    @property
    def name(self) -> str:
        """The step's name."""
        return self.schedule.activity_id

    @property
    def local(self) -> bool:
        """Whether it is taken within its saga's task."""
        return isinstance(self.schedule, ScheduleLocalActivity)

    @property
    def silence_limit(self) -> timedelta:
        """How long after a worker's last sign of life the server takes it for dead."""
        assert isinstance(self.schedule, ScheduleActivity), "what is taken within a task shows no signs of life"
        return self.schedule.heartbeat_timeout.ToTimedelta()

    @property
    def ends_at(self) -> datetime | None:
        """When no attempt may run any more."""
        limit = self.schedule.schedule_to_close_timeout.ToTimedelta()
        return self.scheduled_at + limit if limit else None

    def retry_after(self, error: Exception, now: datetime) -> timedelta | RetryState.ValueType:
        """How long to wait for the next attempt, or why there is none."""
        if isinstance(error, ApplicationError) and error.non_retryable:
            return RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE
        if self.cancel_requested:
            return RetryState.RETRY_STATE_CANCEL_REQUESTED
        policy = self.schedule.retry_policy
        if self.attempt == policy.maximum_attempts:
            return RetryState.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED
        wait = (error.next_retry_delay if isinstance(error, ApplicationError) else None) or min(
            # A larger power would only overflow, far past the maximum interval.
            policy.initial_interval.ToTimedelta() * policy.backoff_coefficient ** min(self.attempt - 1, 20),
            policy.maximum_interval.ToTimedelta(),
        )
        # An attempt that would come too late is not waited for: the activity fails at once, with its LAST error.
        too_late = self.ends_at and now + wait >= self.ends_at
        return RetryState.RETRY_STATE_TIMEOUT if too_late else wait


def completed(result: Any) -> ActivityResolution:
    """An attempt was done."""
    resolution = ActivityResolution()
    resolution.completed.result.CopyFrom(payload(result))
    return resolution


def failed(activity: Activity, error: Exception, why: RetryState.ValueType) -> ActivityResolution:
    """There is no further attempt; the cause is how the last one ended, which comes bare of what is taken in a task."""
    resolution = ActivityResolution()
    if activity.local and not isinstance(error, ScheduleToCloseError):
        NoTraces().to_failure(error, converter.payload_converter, resolution.failed.failure)
        return resolution
    failure = _activity_failure(resolution.failed.failure, activity, "Activity task failed", why)
    if isinstance(error, HeartbeatError):
        failure.cause.timeout_failure_info.timeout_type = TimeoutType.TIMEOUT_TYPE_HEARTBEAT
    elif isinstance(error, ScheduleToCloseError):
        failure.cause.timeout_failure_info.timeout_type = TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE
    else:
        NoTraces().to_failure(error, converter.payload_converter, failure.cause)
    return resolution


def canceled(activity: Activity) -> ActivityResolution:
    """A cancellation found no attempt running, or the one that ran has heeded it."""
    resolution = ActivityResolution()
    why = RetryState.RETRY_STATE_CANCEL_REQUESTED
    failure = _activity_failure(resolution.cancelled.failure, activity, "Activity cancelled", why)
    failure.cause.canceled_failure_info.SetInParent()
    return resolution


def _activity_failure(failure: Failure, activity: Activity, message: str, why: RetryState.ValueType) -> Failure:
    failure.message = message
    failure.activity_failure_info.activity_id = activity.name
    failure.activity_failure_info.retry_state = why
    return failure

"""What steps count, by the activity's own meter; an attempt that is tried again counts again.

The SDK adds the labels namespace, task_queue and activity_type, which is the step's name.
"""

from temporalio import activity

RETRIES = "buy_projects_step_retries"
FAILURES = "buy_projects_step_failures"
COMPENSATIONS = "buy_projects_compensations"


def count_attempt(*, compensates: bool) -> None:
    """Count the attempt that begins, unless it is its step's first; only a compensation begins as an activity."""
    info = activity.info()
    if info.attempt > 1 or not (info.is_local or compensates):
        _add(RETRIES, "Attempts of steps after the first one.")


def count_compensation() -> None:
    """Count a step that is done and undoes another one."""
    _add(COMPENSATIONS, "Steps done that undo another step.")


def count_failure(kind: str) -> None:
    """Count an attempt that was not done: refused, or without an answer, or with one that breaks the contract."""
    _add(FAILURES, "Attempts of steps that were not done, by kind.", kind=kind)


def _add(name: str, description: str, **labels: str) -> None:
    activity.metric_meter().create_counter(name, description).add(1, labels)

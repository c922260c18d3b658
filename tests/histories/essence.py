"""What of a history's event, and of the command that led to it, has to stay the same; the rest may change freely.

Names, keys, order and what is asked of others have to: a step asked for once more under another key would take effect
twice. Time limits, retries, a timer's duration, search attributes and words for people may change, and an input may
gain fields: an event that stands in a history is never asked for again.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, ParentClosePolicy, WorkflowIdReusePolicy
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.workflow_commands import WorkflowCommand

Essence = Mapping[str, Any]

# What the fields of our models that hold words for people are called.
WORDS = frozenset({"detail", "note"})
# By this search attribute the SDK's core shows which patches a saga has taken; no saga commands it.
CHANGE_VERSION = "TemporalChangeVersion"
# As this marker it keeps how a step within a task has ended: the step's names, and no input.
STEP_WITHIN_TASK = "core_local_activity"


def sent(commands: Iterable[WorkflowCommand]) -> list[WorkflowCommand]:
    """The commands of one task without the timers that it has canceled itself: the server never hears of those."""
    copies = [WorkflowCommand.FromString(command.SerializeToString()) for command in commands]
    started = {command.start_timer.seq for command in copies if command.HasField("start_timer")}
    both = started & {command.cancel_timer.seq for command in copies if command.HasField("cancel_timer")}
    return [command for command in copies if not {command.start_timer.seq, command.cancel_timer.seq} & both]


def of_event(event: HistoryEvent) -> tuple[str, Essence] | None:
    """Kind and essence of what a saga has commanded; None for an event that came from elsewhere."""
    kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
    attributes = event.upsert_workflow_search_attributes_event_attributes.search_attributes
    # Patches are the Replayer's: it knows which may be missing.
    if event.marker_recorded_event_attributes.marker_name == STEP_WITHIN_TASK:
        return kind, _marked(event.marker_recorded_event_attributes)
    if kind not in _EVENTS or CHANGE_VERSION in attributes.indexed_fields:
        return None
    return kind, _EVENTS[kind](getattr(event, f"{kind.lower()}_event_attributes"))


def of_command(command: WorkflowCommand) -> tuple[str, Essence] | None:
    """Kind and essence of the event to which a command leads; None for one that leads to none."""
    variant = str(command.WhichOneof("variant"))
    if variant == "update_response":
        return _of_update(command.update_response)
    if variant == "set_patch_marker":
        return None
    kind, essence = _COMMANDS[variant]
    return kind, essence(getattr(command, variant))


def _of_update(response: Any) -> tuple[str, Essence] | None:
    if response.HasField("accepted"):
        return "WORKFLOW_EXECUTION_UPDATE_ACCEPTED", {"update": response.protocol_instance_id}
    # A refusal after its acceptance completes the update too; the validator's own leaves no trace.
    return "WORKFLOW_EXECUTION_UPDATE_COMPLETED", {"update": response.protocol_instance_id}


def _values(payloads: Sequence[Payload]) -> list[Any]:
    return [json.loads(payload.data) if payload.data else None for payload in payloads]


def _nothing(_attributes: Any) -> Essence:
    return {}


def _scheduled(event: Any) -> Essence:
    return {
        "activity_id": event.activity_id,
        "activity_type": event.activity_type.name,
        "task_queue": event.task_queue.name,
        "input": _values(event.input.payloads),
    }


def _schedule(command: Any) -> Essence:
    return {
        "activity_id": command.activity_id,
        "activity_type": command.activity_type,
        "task_queue": command.task_queue,
        "input": _values(command.arguments),
    }


def _marked(event: Any) -> Essence:
    data = json.loads(event.details["data"].payloads[0].data)
    return {"activity_id": data["activity_id"], "activity_type": data["activity_type"]}


def _child_initiated(event: Any) -> Essence:
    return {
        "workflow_id": event.workflow_id,
        "workflow_type": event.workflow_type.name,
        "task_queue": event.task_queue.name,
        "input": _values(event.input.payloads),
        "parent_close_policy": ParentClosePolicy.Name(event.parent_close_policy),
        "workflow_id_reuse_policy": WorkflowIdReusePolicy.Name(event.workflow_id_reuse_policy),
    }


def _start_child(command: Any) -> Essence:
    return {
        "workflow_id": command.workflow_id,
        "workflow_type": command.workflow_type,
        "task_queue": command.task_queue,
        "input": _values(command.input),
        "parent_close_policy": ParentClosePolicy.Name(command.parent_close_policy),
        "workflow_id_reuse_policy": WorkflowIdReusePolicy.Name(command.workflow_id_reuse_policy),
    }


def _signal_initiated(event: Any) -> Essence:
    return {
        "workflow_id": event.workflow_execution.workflow_id,
        "signal": event.signal_name,
        "input": _values(event.input.payloads),
    }


def _send_signal(command: Any) -> Essence:
    return {
        "workflow_id": command.workflow_execution.workflow_id,
        "signal": command.signal_name,
        "input": _values(command.args),
    }


_EVENTS: Mapping[str, Callable[[Any], Essence]] = {
    "ACTIVITY_TASK_SCHEDULED": _scheduled,
    "ACTIVITY_TASK_CANCEL_REQUESTED": _nothing,
    "TIMER_STARTED": lambda event: {"timer_id": event.timer_id},
    "TIMER_CANCELED": lambda event: {"timer_id": event.timer_id},
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED": _signal_initiated,
    "START_CHILD_WORKFLOW_EXECUTION_INITIATED": _child_initiated,
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": _nothing,
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": lambda event: {"update": event.protocol_instance_id},
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED": lambda event: {"update": event.meta.update_id},
    "WORKFLOW_EXECUTION_COMPLETED": _nothing,
    "WORKFLOW_EXECUTION_FAILED": _nothing,
    "WORKFLOW_EXECUTION_CANCELED": _nothing,
}
_COMMANDS: Mapping[str, tuple[str, Callable[[Any], Essence]]] = {
    "schedule_activity": ("ACTIVITY_TASK_SCHEDULED", _schedule),
    "schedule_local_activity": (
        "MARKER_RECORDED",
        lambda command: {"activity_id": command.activity_id, "activity_type": command.activity_type},
    ),
    "request_cancel_activity": ("ACTIVITY_TASK_CANCEL_REQUESTED", _nothing),
    "start_timer": ("TIMER_STARTED", lambda command: {"timer_id": str(command.seq)}),
    "cancel_timer": ("TIMER_CANCELED", lambda command: {"timer_id": str(command.seq)}),
    "signal_external_workflow_execution": ("SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED", _send_signal),
    "start_child_workflow_execution": ("START_CHILD_WORKFLOW_EXECUTION_INITIATED", _start_child),
    "upsert_workflow_search_attributes": ("UPSERT_WORKFLOW_SEARCH_ATTRIBUTES", _nothing),
    "complete_workflow_execution": ("WORKFLOW_EXECUTION_COMPLETED", _nothing),
    "fail_workflow_execution": ("WORKFLOW_EXECUTION_FAILED", _nothing),
    "cancel_workflow_execution": ("WORKFLOW_EXECUTION_CANCELED", _nothing),
}


def difference(recorded: Any, now: Any, path: str = "") -> str:
    """Where and how `now` is not what was recorded; empty where it is, or only has more fields or other words."""
    if isinstance(recorded, dict) and isinstance(now, dict):
        for name, value in recorded.items():
            if name not in WORDS and (found := difference(value, now.get(name), f"{path}.{name}".lstrip("."))):
                return found
        return ""
    if isinstance(recorded, list) and isinstance(now, list) and len(recorded) == len(now):
        pairs = enumerate(zip(recorded, now, strict=True))
        return next((found for n, (a, b) in pairs if (found := difference(a, b, f"{path}[{n}]"))), "")
    return "" if recorded == now else f"{path}: {recorded!r} was recorded, now it is {now!r}"

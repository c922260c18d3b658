"""Who has decided what about a saga, read from its history; decisions made in Temporal's UI are there too."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.update.v1 import Request
from temporalio.converter import DataConverter

from domain.purchase import Frozen
from engine import UnreadablePayloadError

# The suffix of a person's identity; a process is identified by its id and host.
AT_THE_COMMAND_LINE = " (flask purchases)"
REPAIR = "repair"
IN_THE_UI = "somebody, in Temporal's UI"
RESET = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW


class Decision(Frozen):
    """`decision` is retry, skip, abort or repair; one that the saga has refused (a skip without proof) is not taken."""

    at: datetime
    decision: str
    by: str
    taken: bool = True


def identity_of(by: str) -> str:
    """The name that a person's client has at Temporal."""
    return f"{by}{AT_THE_COMMAND_LINE}"


async def decided(events: Sequence[HistoryEvent], converter: DataConverter) -> list[Decision]:
    """The decisions of a history, the oldest first; the converter is of its workflow."""
    refused = {
        event.workflow_execution_update_completed_event_attributes.meta.update_id
        for event in events
        if event.workflow_execution_update_completed_event_attributes.outcome.HasField("failure")
    }
    return [each async for each in _decisions(events, converter, refused)]


async def _decisions(
    events: Sequence[HistoryEvent], converter: DataConverter, refused: set[str]
) -> AsyncIterator[Decision]:
    for event in events:
        at = event.event_time.ToDatetime(UTC)
        started, failed = event.workflow_execution_started_event_attributes, event.workflow_task_failed_event_attributes
        request = event.workflow_execution_update_accepted_event_attributes.accepted_request
        if request.input.name == "resolve":
            word = await _word(request, converter)
            taken = request.meta.update_id not in refused
            yield Decision(at=at, decision=word, by=_person(request.meta.identity), taken=taken)
        elif AT_THE_COMMAND_LINE in started.identity:
            yield Decision(at=at, decision=REPAIR, by=_person(started.identity))
        elif failed.cause == RESET:
            # The server names itself; who has asked stands in the reason (operators.repairs).
            yield Decision(at=at, decision=REPAIR, by=_person(failed.failure.message.rpartition(": ")[2]))


async def _word(request: Request, converter: DataConverter) -> str:
    try:
        return str((await converter.decode(request.input.args.payloads, [str]))[0])
    except UnreadablePayloadError:
        return "a decision that cannot be read here"


def _person(identity: str) -> str:
    return identity.removesuffix(AT_THE_COMMAND_LINE) or IN_THE_UI

"""Who has decided what, as a saga's history tells it."""

from typing import Any

from temporalio.api.history.v1 import HistoryEvent

from engine import data_converter
from operators.decisions import IN_THE_UI, RESET, decided, identity_of
from tests.unit.fakes import NOW


def event(**attributes: Any) -> HistoryEvent:
    """An event at noon."""
    told = HistoryEvent(**attributes)
    told.event_time.FromDatetime(NOW)
    return told


async def accepted(identity: str, name: str = "resolve", word: str = "retry", update_id: str = "u1") -> HistoryEvent:
    """An update that a saga has taken up."""
    payloads = await data_converter().encode([word])
    request = {
        "meta": {"identity": identity, "update_id": update_id},
        "input": {"name": name, "args": {"payloads": payloads}},
    }
    return event(workflow_execution_update_accepted_event_attributes={"accepted_request": request})


async def test_decisions_and_repairs_are_found_with_their_names() -> None:
    """Those of the command line and of Temporal's UI; no buyer's update, and no process."""
    history = [
        event(workflow_execution_started_event_attributes={"identity": "1@intake"}),
        await accepted("1@intake", name="open"),
        await accepted(identity_of("olga"), word="skip", update_id="u2"),
        event(
            workflow_execution_update_completed_event_attributes={
                "meta": {"update_id": "u2"},
                "outcome": {"failure": {"message": "not seen"}},
            }
        ),
        await accepted("", word="abort"),
        event(
            workflow_task_failed_event_attributes={
                "cause": RESET,
                "failure": {"message": f"repair: {identity_of('oscar')}"},
            }
        ),
    ]
    found = await decided(history, data_converter())
    assert [(each.decision, each.by, each.taken) for each in found] == [
        ("skip", "olga", False),
        ("abort", IN_THE_UI, True),
        ("repair", "oscar", True),
    ]
    assert {each.at for each in found} == {NOW}


async def test_a_saga_that_was_started_again() -> None:
    """It had not begun when it was terminated, so there was nothing to reset."""
    (again,) = await decided(
        [event(workflow_execution_started_event_attributes={"identity": identity_of("olga")})], data_converter()
    )
    assert (again.decision, again.by) == ("repair", "olga")

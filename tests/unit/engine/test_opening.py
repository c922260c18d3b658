"""A purchase is opened by one update, and what each answer of Temporal means for it."""

from typing import Any

import pytest
from temporalio.client import (
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.service import RPCStatusCode

from domain.errors import ContractBroken, Refused, Unavailable
from engine.limiter import AdaptiveLimiter, Overloaded
from engine.sagas import HintedAgainst
from tests.unit.engine.temporal import ANSWER, START, STARTED, FakeClient, answering, purchases_on, rpc_error
from tests.unit.fakes import FakePayments, outcome, payment


async def test_an_opening_waits_for_its_own_bodys_answer() -> None:
    """The update's id holds the fingerprint, so another body under the key never gets this answer."""
    client = FakeClient(ANSWER)
    assert await purchases_on(client).open(START) == ANSWER
    ((request, options),) = client.calls
    assert (request.fingerprint, options["id"]) == ("f1", "open/f1")


@pytest.mark.parametrize(
    "error", [Refused("sold-out", "No."), Unavailable("away"), ContractBroken("401"), TimeoutError()]
)
async def test_what_the_hints_say_is_handed_on_and_nothing_begins(error: Exception) -> None:
    """Temporal is not asked; who knows whether this is a repeat decides what comes of it."""
    client = FakeClient(ANSWER)
    purchases = purchases_on(client)

    async def hints() -> None:
        raise error

    with pytest.raises(HintedAgainst) as hinted:
        await purchases.open(START, hints)
    assert (hinted.value.error, client.calls) == (error, [])
    assert await purchases.open(START) == ANSWER


async def test_nobody_is_asked_for_the_sake_of_an_opening_that_has_no_room() -> None:
    """Neither for hints nor for its saga."""
    client, room = FakeClient(ANSWER), AdaptiveLimiter()
    room.limit = 0
    asked: list[str] = []

    async def hints() -> None:
        asked.append("hints")

    with pytest.raises(Overloaded):
        await purchases_on(client, limiter=room).open(START, hints)
    assert (asked, client.calls) == ([], [])


async def test_a_refused_opening_is_the_sagas_refusal() -> None:
    """Kind, words and further members come from the failure."""
    failure = ApplicationError("No.", {"current_amount": 1900}, type="price-changed")
    with pytest.raises(Refused) as refused:
        await answering(WorkflowUpdateFailedError(failure)).open(START)
    assert (refused.value.kind, refused.value.detail) == ("price-changed", "No.")
    assert refused.value.extra == {"current_amount": 1900}


async def test_a_refusal_needs_no_details() -> None:
    """A failure without further members is a refusal all the same."""
    with pytest.raises(Refused, match="sold-out"):
        await answering(WorkflowUpdateFailedError(ApplicationError("No.", type="sold-out"))).open(START)


@pytest.mark.parametrize(
    "error",
    [
        WorkflowUpdateFailedError(CancelledError("canceled")),
        WorkflowUpdateFailedError(ApplicationError("no type")),
        WorkflowUpdateRPCTimeoutOrCancelledError(),
        rpc_error(),
        rpc_error(RPCStatusCode.RESOURCE_EXHAUSTED),
        RuntimeError("Failed client connect"),
        TimeoutError(),
    ],
)
async def test_an_update_without_an_answer_may_be_repeated(error: Exception) -> None:
    """Interrupted, late, or no server: unknown, never refused, for an opening and for a cancel."""
    with pytest.raises(Unavailable):
        await answering(error).open(START)
    with pytest.raises(Unavailable):
        await answering(error).cancel("p1")


async def test_a_server_that_is_away_is_noticed_before_the_answers_time_is_over() -> None:
    """An opening that takes long asks for the server's health."""
    with pytest.raises(Unavailable):
        await answering(None, healthy=False).open(START)


async def test_an_ended_purchase_is_answered_from_its_record() -> None:
    """Its saga is closed: the record holds the answer, and the refusal of another body."""
    payments = FakePayments()
    payments.records = [payment(outcome=outcome(answer=ANSWER.model_dump(mode="json")))]
    purchases = purchases_on(FakeClient(STARTED), payments)
    assert await purchases.open(START) == ANSWER
    with pytest.raises(Refused, match="idempotency-key-reused"):
        await purchases.open(START.model_copy(update={"fingerprint": "f2"}))


@pytest.mark.parametrize("records", [[], [payment()]])
async def test_an_ended_purchase_without_a_record_may_be_repeated(records: list[Any]) -> None:
    """Nothing is made up."""
    payments = FakePayments()
    payments.records = records
    with pytest.raises(Unavailable):
        await purchases_on(FakeClient(STARTED), payments).open(START)

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
from engine.sagas import Hints
from tests.unit.engine.temporal import (
    ANSWER,
    START,
    STARTED,
    FakeClient,
    SagaDescription,
    answering,
    purchases_on,
    rpc_error,
)
from tests.unit.fakes import FakePaymentRecords, outcome, payment


async def test_an_opening_waits_for_its_own_bodys_answer() -> None:
    """The update's id holds the fingerprint, so another body under the key never gets this answer."""
    client = FakeClient(ANSWER)
    assert await purchases_on(client).open(START, nothing_said) == ANSWER
    ((request, options),) = client.calls
    assert (request.fingerprint, options["id"]) == ("f1", "open/f1")


AGAINST = [Refused("sold-out", "No."), Unavailable("away"), ContractBroken("401")]


async def nothing_said() -> None:
    """Hints that say nothing against an opening."""


def saying(error: Exception) -> Hints:
    """Hints that raise it."""

    async def hints() -> None:
        raise error

    return hints


@pytest.mark.parametrize("error", AGAINST)
async def test_what_the_hints_say_is_told_and_nothing_begins(error: Exception) -> None:
    """A first request goes no further, and its repeat is judged anew."""
    client = FakeClient(rpc_error(RPCStatusCode.NOT_FOUND))
    purchases = purchases_on(client)
    with pytest.raises(type(error)) as raised:
        await purchases.open(START, saying(error))
    assert raised.value is error
    assert client.calls == [("purchase/p1", {})]
    client.answer = ANSWER
    assert await purchases.open(START, nothing_said) == ANSWER


@pytest.mark.parametrize("error", AGAINST)
async def test_a_repeat_is_answered_whatever_the_hints_say(error: Exception) -> None:
    """Sold out by now, another price, or nobody there: a purchase that has a saga is answered by it."""
    client = FakeClient(ANSWER, described=SagaDescription())
    assert await purchases_on(client).open(START, saying(error)) == ANSWER


async def test_a_repeat_is_known_by_its_record_when_temporal_has_forgotten_it() -> None:
    """After the retention the record in Payments leads to the answer."""
    payments = FakePaymentRecords()
    payments.records = [payment(outcome=outcome(answer=ANSWER.model_dump(mode="json")))]
    client = FakeClient(STARTED, described=rpc_error(RPCStatusCode.NOT_FOUND))
    assert await purchases_on(client, payments).open(START, saying(AGAINST[0])) == ANSWER


async def test_nobody_is_told_no_before_it_is_known_to_be_no_repeat() -> None:
    """While the records are away the refusal of a hint waits: the repeat might have an answer."""
    payments = FakePaymentRecords()
    payments.error = Unavailable("no answer")
    client = FakeClient(rpc_error(RPCStatusCode.NOT_FOUND))
    with pytest.raises(Unavailable, match="no answer"):
        await purchases_on(client, payments).open(START, saying(AGAINST[0]))


async def test_nobody_is_asked_for_the_sake_of_an_opening_that_has_no_room() -> None:
    """Nor does it begin: Temporal is asked only whether it is a repeat."""
    client, room = FakeClient(ANSWER, described=rpc_error(RPCStatusCode.NOT_FOUND)), AdaptiveLimiter()
    room.limit = 0
    asked: list[str] = []

    async def hints() -> None:
        asked.append("hints")

    with pytest.raises(Overloaded):
        await purchases_on(client, limiter=room).open(START, hints)
    assert (asked, client.calls) == ([], [("purchase/p1", {})])


async def test_a_repeat_needs_no_room() -> None:
    """It begins nothing: however many come at once, each is answered."""
    room = AdaptiveLimiter()
    room.limit = 0
    client = FakeClient(ANSWER, described=SagaDescription())
    assert await purchases_on(client, limiter=room).open(START, nothing_said) == ANSWER


async def test_a_refused_opening_is_the_sagas_refusal() -> None:
    """Kind, words and further members come from the failure."""
    failure = ApplicationError("No.", {"current_amount": 1900}, type="price-changed")
    with pytest.raises(Refused) as refused:
        await answering(WorkflowUpdateFailedError(failure)).open(START, nothing_said)
    assert (refused.value.kind, refused.value.detail) == ("price-changed", "No.")
    assert refused.value.extra == {"current_amount": 1900}


async def test_a_refusal_needs_no_details() -> None:
    """A failure without further members is a refusal all the same."""
    with pytest.raises(Refused, match="sold-out"):
        await answering(WorkflowUpdateFailedError(ApplicationError("No.", type="sold-out"))).open(START, nothing_said)


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
        await answering(error).open(START, nothing_said)
    with pytest.raises(Unavailable):
        await answering(error).cancel("p1")


async def test_a_server_that_is_away_is_noticed_before_the_answers_time_is_over() -> None:
    """An opening that takes long asks for the server's health."""
    with pytest.raises(Unavailable):
        await answering(None, healthy=False).open(START, nothing_said)


async def test_a_busy_server_is_not_away() -> None:
    """It has answered the opening before it has told its health."""
    assert await answering(None, late=ANSWER, healthy=False).open(START, nothing_said) == ANSWER


async def test_an_ended_purchase_is_answered_from_its_record() -> None:
    """Its saga is closed: the record holds the answer, and the refusal of another body."""
    payments = FakePaymentRecords()
    payments.records = [payment(outcome=outcome(answer=ANSWER.model_dump(mode="json")))]
    purchases = purchases_on(FakeClient(STARTED), payments)
    assert await purchases.open(START, nothing_said) == ANSWER
    with pytest.raises(Refused, match="idempotency-key-reused"):
        await purchases.open(START.model_copy(update={"fingerprint": "f2"}), nothing_said)


@pytest.mark.parametrize("records", [[], [payment()]])
async def test_an_ended_purchase_without_a_record_may_be_repeated(records: list[Any]) -> None:
    """Nothing is made up."""
    payments = FakePaymentRecords()
    payments.records = records
    with pytest.raises(Unavailable):
        await purchases_on(FakeClient(STARTED), payments).open(START, nothing_said)

"""The one way to the sagas: what is started, and what each answer of Temporal means."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, CancelledError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import ContractBroken, Refused, Unavailable
from domain.messages import FollowUpInput, PaymentFailedInput, PaymentSuccessInput, RefundFailedInput, StartPaymentInput
from domain.ports import Payments
from domain.purchase import Answer, PurchaseStatus
from engine.limiter import AdaptiveLimiter, Overloaded
from engine.purchases import Purchases
from engine.sagas import HintedAgainst
from tests.unit.fakes import NOW, ORDER, PAYMENT_ID, FakePaymentRecords, outcome, payment, saga, view
from workflows.attributes import order_attributes

ANSWER = Answer(
    purchase_id="p1",
    payment_id=PAYMENT_ID,
    status=PurchaseStatus.AWAITING_PAYMENT,
    amount=1800,
    currency="usd",
    expires_at=NOW,
    opened_by="o1",
)
START = StartPaymentInput(order=ORDER, fingerprint="f1", opened_by="o1", reservation_ttl_s=1800, opening_timeout_s=30)
STARTED = WorkflowAlreadyStartedError("purchase/p1", "StartPayment")


def rpc_error(status: RPCStatusCode = RPCStatusCode.UNAVAILABLE) -> RPCError:
    """What the server, or its absence, answers."""
    return RPCError("no", status, b"")


@dataclass
class SagaDescription:
    """What the server tells of a workflow."""

    typed_search_attributes: TypedSearchAttributes = TypedSearchAttributes.empty
    status: WorkflowExecutionStatus = WorkflowExecutionStatus.RUNNING

    @property
    def raw_description(self) -> DescribeWorkflowExecutionResponse:
        """The server's own words; it started at NOW, however often it was reset."""
        response = DescribeWorkflowExecutionResponse()
        response.workflow_extended_info.original_start_time.FromDatetime(NOW)
        return response

    async def memo(self) -> dict[str, Any]:
        """What the purchase was started with."""
        return {"order": ORDER.model_dump(mode="json"), "fingerprint": "f1", "reservation_ttl_s": 1800}


@dataclass
class FakeClient:
    """A Temporal client, its handles and its service client in one: each call gives or raises `answer`, None hangs."""

    answer: Any = None
    # What a query gives instead.
    view: Any = None
    healthy: bool = True
    calls: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)

    @property
    def service_client(self) -> "FakeClient":
        return self

    def get_workflow_handle(self, workflow_id: str) -> "FakeClient":
        self.calls.append((workflow_id, {}))
        return self

    async def check_health(self, **_: Any) -> None:
        if not self.healthy:
            raise rpc_error()

    async def describe(self) -> Any:
        return self._given(self.answer)

    async def query(self, _: Any) -> Any:
        return self._given(self.view)

    async def start_workflow(self, _: Any, start: Any, **options: Any) -> Any:
        self.calls.append((start, options))
        return self._given(self.answer)

    async def execute_update_with_start_workflow(self, _: Any, request: Any, **options: Any) -> Any:
        self.calls.append((request, options))
        if self.answer is None:
            await asyncio.Event().wait()
        return self._given(self.answer)

    async def execute_update(self, _: Any) -> Any:
        return self._given(self.answer)

    @staticmethod
    def _given(answer: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer


def purchases_on(
    client: FakeClient, payments: FakePaymentRecords | None = None, limiter: AdaptiveLimiter | None = None
) -> Purchases:
    """The way to the sagas over this client."""

    async def make_client() -> Client:
        return cast("Client", client)

    return Purchases(cast("Payments", payments or FakePaymentRecords()), make_client, limiter)


def answering(answer: Any = None, **known: Any) -> Purchases:
    """The way to the sagas, where every call gives or raises this."""
    return purchases_on(FakeClient(answer, **known))


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
    payments = FakePaymentRecords()
    payments.records = [payment(outcome=outcome(answer=ANSWER.model_dump(mode="json")))]
    purchases = purchases_on(FakeClient(STARTED), payments)
    assert await purchases.open(START) == ANSWER
    with pytest.raises(Refused, match="idempotency-key-reused"):
        await purchases.open(START.model_copy(update={"fingerprint": "f2"}))


@pytest.mark.parametrize("records", [[], [payment()]])
async def test_an_ended_purchase_without_a_record_may_be_repeated(records: list[Any]) -> None:
    """Nothing is made up."""
    payments = FakePaymentRecords()
    payments.records = records
    with pytest.raises(Unavailable):
        await purchases_on(FakeClient(STARTED), payments).open(START)


async def test_a_cancel_gives_the_purchase_as_its_saga_sees_it() -> None:
    """Canceled, or standing where it cannot be canceled any more; None where no saga runs."""
    canceled, paid = view(status=PurchaseStatus.CANCELED), view(status=PurchaseStatus.PAID)
    no = ApplicationError("No.", paid.model_dump(mode="json"), type="not-cancelable")
    assert await answering(canceled).cancel("p1") == canceled
    assert await answering(WorkflowUpdateFailedError(no)).cancel("p1") == paid
    assert await answering(rpc_error(RPCStatusCode.NOT_FOUND)).cancel("p1") is None


async def test_a_saga_is_described_without_its_worker() -> None:
    """Memo, search attributes and start time tell what the buyer may know; no worker is asked."""
    client = FakeClient(SagaDescription(order_attributes(ORDER, PurchaseStatus.AWAITING_PAYMENT)), view=RuntimeError)
    assert await purchases_on(client).read("p1", ask_worker=False) == saga()
    assert client.calls == [("purchase/p1", {})]


async def test_a_saga_that_has_just_begun_or_ended_is_described() -> None:
    """Without attributes it is opening; a closed one is not running, and has no worker to ask."""
    ended = answering(SagaDescription(status=WorkflowExecutionStatus.COMPLETED))
    assert await ended.read("p1") == saga(status=PurchaseStatus.OPENING, running=False)


async def test_an_unknown_saga_is_none_and_an_absent_server_is_not() -> None:
    """NOT_FOUND is an answer, everything else is none."""
    assert await answering(rpc_error(RPCStatusCode.NOT_FOUND)).read("p1") is None
    with pytest.raises(Unavailable):
        await answering(rpc_error()).read("p1")


async def test_a_view_is_what_the_worker_tells() -> None:
    """The query's answer takes the description's place."""
    fresh = view(status=PurchaseStatus.PROCESSING)
    assert await answering(SagaDescription(), view=fresh).read("p1") == saga(status=PurchaseStatus.PROCESSING)


@pytest.mark.parametrize(
    "error",
    [
        WorkflowQueryFailedError("no"),
        WorkflowQueryRejectedError(WorkflowExecutionStatus.COMPLETED),
        rpc_error(RPCStatusCode.DEADLINE_EXCEEDED),
        TimeoutError(),
    ],
)
async def test_a_worker_that_does_not_answer_is_done_without(error: Exception) -> None:
    """A purchase is shown without its timeline rather than not at all."""
    assert await answering(SagaDescription(), view=error).read("p1") == saga(status=PurchaseStatus.OPENING)


FOLLOW_UPS: list[tuple[FollowUpInput, str, str]] = [
    (PaymentSuccessInput(payment_id="a"), "payment-success/a", "payment-success"),
    (PaymentFailedInput(payment_id="a", attempts_max=1, cause="ch_1"), "payment-failed/a/ch_1", "payment-failed"),
    (RefundFailedInput(payment_id="a", refund_id="re_1"), "refund-failed/re_1", "payment-failed"),
]


@pytest.mark.parametrize(("event", "workflow_id", "queue"), FOLLOW_UPS)
async def test_an_event_starts_its_saga_once(event: FollowUpInput, workflow_id: str, queue: str) -> None:
    """Name, queue and policy of the saga; one that is there already is no error."""
    client = FakeClient("handle")
    assert await purchases_on(client).follow(event)
    ((started, options),) = client.calls
    assert (started, options["id"], options["task_queue"]) == (event, workflow_id, queue)
    assert options["id_reuse_policy"] is WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
    assert not await answering(STARTED).follow(event)


async def test_an_event_is_not_accepted_while_the_server_is_away() -> None:
    """Unavailable, so that the provider sends it again."""
    with pytest.raises(Unavailable):
        await answering(rpc_error()).follow(PaymentSuccessInput(payment_id="a"))


async def test_ready_means_that_the_server_answers() -> None:
    """The check is silent, or says Unavailable."""
    await answering().check()
    with pytest.raises(Unavailable):
        await answering(healthy=False).check()

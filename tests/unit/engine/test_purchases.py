"""How the intake reaches the sagas: what it starts, and what each answer of Temporal means."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from engine.temporal import TemporalSagas
from flask.testing import FlaskClient
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
from domain.messages import PaymentFailedInput, PaymentSuccessInput, PurchaseView, RefundFailedInput, StartPaymentInput
from domain.ports import Payments
from domain.purchase import Answer, PurchaseStatus
from engine.limiter import AdaptiveLimiter, Overloaded
from engine.sagas import Doubted
from lib.portal import Portal
from tests.unit.app.requests import post
from tests.unit.fakes import NOW, ORDER, FakePayments, FakePurchases, outcome, payment, saga
from workflows.attributes import order_attributes

ANSWER = Answer(
    purchase_id="p1",
    payment_id="pi_1",
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
class Description:
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
    """A Temporal client, its handles and its service client in one: each call gives or raises `answer`."""

    answer: Any = None
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
        return self._given()

    async def query(self, _: Any) -> Any:
        return self._given()

    async def start_workflow(self, _: Any, start: Any, **options: Any) -> Any:
        self.calls.append((start, options))
        return self._given()

    async def execute_update_with_start_workflow(self, _: Any, request: Any, **options: Any) -> Any:
        self.calls.append((request, options))
        if self.answer is None:
            await asyncio.Event().wait()
        return self._given()

    def _given(self) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


Sagas = Callable[..., tuple[TemporalSagas, FakeClient]]


@pytest.fixture
def make(portal: Portal, payments: FakePayments) -> Sagas:
    """The sagas over a client that answers like this."""

    def made(answer: Any = None, *, healthy: bool = True) -> tuple[TemporalSagas, FakeClient]:
        client = FakeClient(answer, healthy)

        async def make_client() -> Client:
            return cast("Client", client)

        return TemporalSagas(portal, cast("Payments", payments), make_client), client

    return made


def test_an_opening_waits_for_its_own_bodys_answer(make: Sagas) -> None:
    """The update's id holds the fingerprint, so another body under the key never gets this answer."""
    sagas, client = make(ANSWER)
    assert sagas.open_purchase(START) == ANSWER
    ((request, options),) = client.calls
    assert (request.fingerprint, options["id"]) == ("f1", "open/f1")


@pytest.mark.parametrize(
    "error", [Refused("sold-out", "No."), Unavailable("away"), ContractBroken("401"), TimeoutError()]
)
def test_what_the_hints_say_is_handed_on_and_nothing_begins(make: Sagas, error: Exception) -> None:
    """Temporal is not asked; who knows whether this is a repeat decides what comes of it."""
    sagas, client = make(ANSWER)

    async def hints() -> None:
        raise error

    with pytest.raises(Doubted) as doubted:
        sagas.open_purchase(START, hints)
    assert (doubted.value.error, client.calls) == (error, [])
    assert sagas.open_purchase(START) == ANSWER


def test_nobody_is_asked_for_the_sake_of_an_opening_that_has_no_room(
    portal: Portal, payments: FakePayments, client: FlaskClient, purchases: FakePurchases
) -> None:
    """Neither for hints nor for its saga; its buyer is told to come again."""
    temporal = FakeClient(ANSWER)
    asked: list[str] = []
    room = AdaptiveLimiter()
    room.limit = 0

    async def make_client() -> Client:
        return cast("Client", temporal)

    async def hints() -> None:
        asked.append("hints")

    with pytest.raises(Overloaded) as turned_away:
        TemporalSagas(portal, cast("Payments", payments), make_client, room).open_purchase(START, hints)
    assert (asked, temporal.calls) == ([], [])
    purchases.error = turned_away.value
    answer = post(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_a_refused_opening_is_the_sagas_refusal(make: Sagas) -> None:
    """Kind, words and further members come from the failure."""
    failure = ApplicationError("No.", {"current_amount": 1900}, type="price-changed")
    sagas, _ = make(WorkflowUpdateFailedError(failure))
    with pytest.raises(Refused) as refused:
        sagas.open_purchase(START)
    assert (refused.value.kind, refused.value.detail) == ("price-changed", "No.")
    assert refused.value.extra == {"current_amount": 1900}


def test_a_refusal_needs_no_details(make: Sagas) -> None:
    """A failure without further members is a refusal all the same."""
    sagas, _ = make(WorkflowUpdateFailedError(ApplicationError("No.", type="sold-out")))
    with pytest.raises(Refused, match="sold-out"):
        sagas.open_purchase(START)


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
def test_an_opening_without_an_answer_may_be_repeated(make: Sagas, error: Exception) -> None:
    """Interrupted, late, or no server: unknown, never refused."""
    sagas, _ = make(error)
    with pytest.raises(Unavailable):
        sagas.open_purchase(START)


def test_a_server_that_is_away_is_noticed_before_the_answers_time_is_over(make: Sagas) -> None:
    """An opening that takes long asks for the server's health."""
    sagas, _ = make(None, healthy=False)
    with pytest.raises(Unavailable):
        sagas.open_purchase(START)


def test_an_ended_purchase_is_answered_from_its_record(make: Sagas, payments: FakePayments) -> None:
    """Its saga is closed: the record holds the answer, and the refusal of another body."""
    sagas, _ = make(STARTED)
    payments.records = [payment(outcome=outcome(answer=ANSWER.model_dump(mode="json")))]
    assert sagas.open_purchase(START) == ANSWER
    with pytest.raises(Refused, match="idempotency-key-reused"):
        sagas.open_purchase(START.model_copy(update={"fingerprint": "f2"}))


@pytest.mark.parametrize("records", [[], [payment()]])
def test_an_ended_purchase_without_a_record_may_be_repeated(
    make: Sagas, payments: FakePayments, records: list[Any]
) -> None:
    """Nothing is made up."""
    sagas, _ = make(STARTED)
    payments.records = records
    with pytest.raises(Unavailable):
        sagas.open_purchase(START)


def test_a_saga_is_described_without_its_worker(make: Sagas) -> None:
    """Memo, search attributes and start time tell what the buyer may know."""
    attributes = order_attributes(ORDER, PurchaseStatus.AWAITING_PAYMENT, "pi_1")
    sagas, client = make(Description(attributes))
    assert sagas.purchase("p1") == saga()
    assert client.calls == [("purchase/p1", {})]


def test_a_saga_that_has_just_begun_or_ended_is_described(make: Sagas) -> None:
    """Without attributes it is opening; a closed one is not running."""
    sagas, _ = make(Description(status=WorkflowExecutionStatus.COMPLETED))
    assert sagas.purchase("p1") == saga(status=PurchaseStatus.OPENING, payment_id=None, running=False)


def test_an_unknown_saga_is_none_and_an_absent_server_is_not(make: Sagas) -> None:
    """NOT_FOUND is an answer, everything else is none."""
    assert make(rpc_error(RPCStatusCode.NOT_FOUND))[0].purchase("p1") is None
    with pytest.raises(Unavailable):
        make(rpc_error())[0].purchase("p1")


def test_a_view_is_what_the_worker_tells(make: Sagas) -> None:
    """The query's answer."""
    view = PurchaseView(status=PurchaseStatus.OPENING, expires_at=NOW)
    assert make(view)[0].view("p1") == view


@pytest.mark.parametrize(
    "error",
    [
        WorkflowQueryFailedError("no"),
        WorkflowQueryRejectedError(WorkflowExecutionStatus.COMPLETED),
        rpc_error(RPCStatusCode.DEADLINE_EXCEEDED),
        TimeoutError(),
    ],
)
def test_a_worker_that_does_not_answer_is_done_without(make: Sagas, error: Exception) -> None:
    """A purchase is shown without its timeline rather than not at all."""
    assert make(error)[0].view("p1") is None


def test_events_start_their_sagas_once(make: Sagas) -> None:
    """Names, queues and policy of the sagas; one that is there already is no error."""
    sagas, client = make("handle")
    failed = PaymentFailedInput(payment_id="pi_1", attempts_max=1)
    assert sagas.payment_succeeded(PaymentSuccessInput(payment_id="pi_1"))
    assert sagas.payment_failed(failed, "ch_1")
    refund = RefundFailedInput(payment_id="pi_1", refund_id="re_1")
    assert sagas.refund_failed(refund)
    assert [(options["id"], options["task_queue"]) for _, options in client.calls] == [
        ("payment-success/pi_1", "payment-success"),
        ("payment-failed/pi_1/ch_1", "payment-failed"),
        ("refund-failed/re_1", "payment-failed"),
    ]
    policies = {options["id_reuse_policy"] for _, options in client.calls}
    assert policies == {WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY}
    client.answer = STARTED
    assert not sagas.payment_succeeded(PaymentSuccessInput(payment_id="pi_1"))
    assert not sagas.payment_failed(failed, "ch_1")
    assert not sagas.refund_failed(refund)


def test_an_event_is_not_accepted_while_the_server_is_away(make: Sagas) -> None:
    """Unavailable, so that Stripe sends it again."""
    with pytest.raises(Unavailable):
        make(rpc_error())[0].payment_succeeded(PaymentSuccessInput(payment_id="pi_1"))


def test_ready_means_that_the_server_answers(make: Sagas) -> None:
    """The check is silent, or says Unavailable."""
    make()[0].check()
    with pytest.raises(Unavailable):
        make(healthy=False)[0].check()

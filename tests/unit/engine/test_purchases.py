"""The one way to the sagas: what is started, and what each answer of Temporal means."""

import pytest
from temporalio.client import (
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCStatusCode

from domain.errors import Unavailable
from domain.messages import FollowUpInput, PaymentFailedInput, PaymentSuccessInput, RefundFailedInput
from domain.purchase import PurchaseStatus
from tests.unit.engine.temporal import STARTED, FakeClient, SagaDescription, answering, purchases_on, rpc_error
from tests.unit.fakes import ORDER, saga, view
from workflows.attributes import order_attributes


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

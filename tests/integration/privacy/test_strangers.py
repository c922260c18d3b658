"""What somebody sends who reaches Temporal and has no key: nothing that a purchase believes, or is stopped by."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import pytest
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.client import Client, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter

from domain.messages import PaymentSuccessInput, Progress, PurchaseResult, TaskQueue
from domain.purchase import PurchaseStatus
from tests.integration.privacy.conftest import BOTH, PayloadKeys
from tests.integration.sagas.buyers import BoughtPurchase, Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.stack import Stack

T = TypeVar("T")


class Stranger:
    """A client of Temporal that writes in clear, and repeats what it reads."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._where = described["temporal"]

    def ask(self, question: Callable[[Client], Awaitable[T]]) -> T:
        """What a client without keys gets."""

        async def asked() -> T:
            address, namespace = self._where["address"], self._where["namespace"]
            converter = pydantic_data_converter
            return await question(await Client.connect(address, namespace=namespace, data_converter=converter))

        return asyncio.run(asked())

    def signal(self, workflow_id: str, name: str, *payloads: Payload) -> None:
        """Send a signal with these very payloads."""

        async def send(client: Client) -> None:
            request = SignalWorkflowExecutionRequest(
                namespace=client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=workflow_id),
                signal_name=name,
                input=Payloads(payloads=payloads),
            )
            await client.workflow_service.signal_workflow_execution(request)

        self.ask(send)

    def history(self, workflow_id: str) -> Sequence[HistoryEvent]:
        """Everything that the server has of a saga."""

        async def fetch(client: Client) -> Sequence[HistoryEvent]:
            return (await client.get_workflow_handle(workflow_id).fetch_history()).events

        return self.ask(fetch)

    def failed_tasks(self, workflow_id: str) -> int:
        """How many tasks of a saga have failed."""
        return sum(e.HasField("workflow_task_failed_event_attributes") for e in self.history(workflow_id))


@pytest.fixture
def stranger(described: Mapping[str, Any]) -> Stranger:
    """Somebody who reaches that stack's Temporal."""
    return Stranger(described)


def result(stranger: Stranger, purchase: BoughtPurchase) -> Payload:
    """How a purchase was told that it is paid, as the server has it."""
    signals = [event.workflow_execution_signaled_event_attributes for event in stranger.history(purchase.opening)]
    return next(signal.input.payloads[0] for signal in signals if signal.signal_name == "complete")


def relabelled(payload: Payload, label: Payload) -> Payload:
    """A payload that says to be another one's."""
    changed = Payload()
    changed.CopyFrom(payload)
    changed.metadata["encryption-bound-to"] = label.metadata["encryption-bound-to"]
    return changed


def test_who_has_no_key_completes_nothing_and_stops_nothing(
    own: Stack, keys: PayloadKeys, buyers: Buyers, stranger: Stranger
) -> None:
    """In clear, from another purchase, relabelled, garbled: each signal is dropped, and the buyer pays as ever."""
    keys.roll(BOTH, "first")
    other, purchase = buyers.opened(), buyers.opened()
    buyers.pay(other)
    assert buyers.completed(other)["status"] == "paid"
    started = stranger.history(purchase.opening)[0].workflow_execution_started_event_attributes

    theirs, mine = result(stranger, other), started.input.payloads[0]
    paid = PurchaseResult(payment_id=purchase.payment_id, status=PurchaseStatus.PAID)
    (in_clear,) = pydantic_data_converter.payload_converter.to_payloads([paid])
    garbled = Payload(metadata=mine.metadata, data=mine.data[:-1])
    for forged in (in_clear, theirs, relabelled(theirs, mine), garbled, mine):
        stranger.signal(purchase.opening, "complete", forged)
    stranger.signal(purchase.opening, "complete")
    progress = Progress(payment_id=purchase.payment_id, status=PurchaseStatus.PROCESSING)
    stranger.signal(purchase.opening, "progress", *pydantic_data_converter.payload_converter.to_payloads([progress]))

    assert buyers.shown(purchase)["status"] == "awaiting_payment"
    buyers.pay(purchase)
    buyers.ended(purchase, "paid", None, by=purchase.success)
    assert stranger.failed_tasks(purchase.opening) == 0
    log = own.log("start_payment_worker").read_text()
    assert all(why in log for why in ("is not encrypted", "encrypted for another workflow", "it was changed"))


def test_who_has_no_key_decides_nothing(
    keys: PayloadKeys, buyers: Buyers, engine: TemporalServer, stranger: Stranger
) -> None:
    """A decision and a query in clear are refused; a saga that is started in clear does nothing until it is ended."""
    keys.roll(BOTH, "first")
    purchase = buyers.opened()
    with pytest.raises(WorkflowUpdateFailedError):
        stranger.ask(lambda client: client.get_workflow_handle(purchase.opening).execute_update("resolve", "retry"))
    with pytest.raises(WorkflowQueryFailedError):
        stranger.ask(lambda client: client.get_workflow_handle(purchase.opening).query("parked", "anything"))

    start = PaymentSuccessInput(payment_id=purchase.payment_id)
    queue = TaskQueue.PAYMENT_SUCCESS
    stranger.ask(lambda client: client.start_workflow("PaymentSuccess", start, id=purchase.success, task_queue=queue))
    engine.wait_until_task_failed(purchase.success)
    assert buyers.shown(purchase)["status"] == "awaiting_payment"
    # docs/operations.md, WorkflowTasksFail: end it; the payment's next event starts its saga.
    engine.terminate(purchase.success)
    buyers.pay(purchase)
    buyers.ended(purchase, "paid", None, by=purchase.success)

"""A client of Temporal that answers what a test says, and the way to the sagas over it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
)
from temporalio.common import TypedSearchAttributes
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.messages import StartPaymentInput
from domain.ports import Payments
from domain.purchase import Answer, PurchaseStatus
from engine.limiter import AdaptiveLimiter
from engine.purchases import Purchases
from tests.unit.fakes import NOW, ORDER, PAYMENT_ID, FakePaymentRecords

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
    # What a query, and a description where it is another, gives instead.
    view: Any = None
    described: Any = None
    healthy: bool = True
    # What an update that hangs gives once the server's health is asked.
    late: Any = None
    health_asked: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)

    @property
    def service_client(self) -> "FakeClient":
        return self

    def get_workflow_handle(self, workflow_id: str) -> "FakeClient":
        self.calls.append((workflow_id, {}))
        return self

    async def check_health(self, **_: Any) -> None:
        self.health_asked.set()
        await asyncio.sleep(0)
        if not self.healthy:
            raise rpc_error()

    async def describe(self) -> Any:
        return self._given(self.described or self.answer)

    async def query(self, _: Any) -> Any:
        return self._given(self.view)

    async def start_workflow(self, _: Any, start: Any, **options: Any) -> Any:
        self.calls.append((start, options))
        return self._given(self.answer)

    async def execute_update_with_start_workflow(self, _: Any, request: Any, **options: Any) -> Any:
        self.calls.append((request, options))
        if self.answer is None:
            await (self.health_asked if self.late else asyncio.Event()).wait()
        return self._given(self.answer or self.late)

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

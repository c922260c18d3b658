"""The sagas on Temporal (the port `engine.sagas.Sagas`)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.answers import recorded_answer
from domain.errors import ContractBroken, Refused, Unavailable
from domain.messages import (
    CancelAnswer,
    OpenRequest,
    PaymentFailedInput,
    PaymentSuccessInput,
    PurchaseView,
    RefundFailedInput,
    StartPaymentInput,
    TaskQueue,
    payment_failed_workflow_id,
    payment_success_workflow_id,
    purchase_workflow_id,
    refund_failed_workflow_id,
)
from domain.ports import Payments
from domain.purchase import Answer, PurchaseStatus
from engine import lazy_client
from engine.limiter import AdaptiveLimiter
from engine.loop import LoopThread
from engine.sagas import Doubted, Hint, PurchaseSaga
from engine.sharing import Shared
from engine.told import cancel_refusal, purchase_saga, refusal
from workflows import policies
from workflows.attributes import order_attributes, payment_attributes
from workflows.payment_failed import PaymentFailed
from workflows.payment_success import PaymentSuccess
from workflows.refund_failed import RefundFailed
from workflows.standing import summarized
from workflows.start_payment import StartPayment

# 10 s: a buyer waits that long for the opening's answer; the key brings the same answer later.
ANSWER_TIMEOUT_S = 10.0
# 1.2 s for a call that the server answers by itself: it takes milliseconds, or the server is away, and whoever asks
# is told so within 2 s.
SERVER_TIMEOUT_S = 1.2
# An opening that takes longer than this makes us ask whether the server is there at all; both fit into the same 2 s.
PATIENCE_S = 0.6
HEALTH_TIMEOUT_S = 0.5
# A worker that does not answer a query by then is away; the status is known without it.
QUERY_TIMEOUT_S = 1.0

T = TypeVar("T")


class TemporalSagas:
    """Starts sagas and asks for them; its client is made at the first call, after the web server has forked."""

    def __init__(
        self,
        loop: LoopThread,
        payments: Payments,
        make_client: Callable[[], Awaitable[Client]] = lazy_client,
        room: AdaptiveLimiter | None = None,
    ) -> None:
        self._loop = loop
        self._payments = payments
        self._make_client = make_client
        self._connected: Client | None = None
        self._openings = Shared()
        self._room = room or AdaptiveLimiter()
        self._cancels = Shared()
        self._checks = Shared()

    def open_purchase(self, start: StartPaymentInput, hints: Hint | None = None) -> Answer:
        """Update-with-start: the first request starts the purchase, every repeat gets the answer of the first."""
        same = (start.order.purchase_id, start.fingerprint, hints is None)
        return self._run(self._openings.run(same, lambda: self._open_if_there_is_room(start, hints)), ANSWER_TIMEOUT_S)

    def purchase(self, purchase_id: str) -> PurchaseSaga | None:
        """Describe the saga: answered by the server alone."""
        return self._run(self._describe(purchase_id))

    def view(self, purchase_id: str) -> PurchaseView | None:
        """Query the saga: answered by its worker."""
        try:
            return self._run(self._query(purchase_id), QUERY_TIMEOUT_S)
        except Unavailable:
            return None

    def cancel_purchase(self, purchase_id: str) -> CancelAnswer | None:
        """Update the purchase's saga: it takes the deadline's path at once."""
        return self._run(self._cancels.run(purchase_id, lambda: self._cancel(purchase_id)), ANSWER_TIMEOUT_S)

    def payment_succeeded(self, start: PaymentSuccessInput) -> bool:
        """Start PaymentSuccess on its queue."""
        return self._run(
            self._start(
                PaymentSuccess.run,
                start,
                id=payment_success_workflow_id(start.payment_id),
                task_queue=TaskQueue.PAYMENT_SUCCESS,
                search_attributes=payment_attributes(start.payment_id, PurchaseStatus.PROCESSING),
                summary=f"Deliver what payment {start.payment_id} pays",
            )
        )

    def payment_failed(self, start: PaymentFailedInput, cause: str) -> bool:
        """Start PaymentFailed on its queue."""
        return self._run(
            self._start(
                PaymentFailed.run,
                start,
                id=payment_failed_workflow_id(start.payment_id, cause),
                task_queue=TaskQueue.PAYMENT_FAILED,
                search_attributes=payment_attributes(start.payment_id, PurchaseStatus.AWAITING_PAYMENT),
                summary=f"Look after the failed payment {start.payment_id}",
            )
        )

    def refund_failed(self, start: RefundFailedInput) -> bool:
        """Start RefundFailed, on the queue of the other failures."""
        return self._run(
            self._start(
                RefundFailed.run,
                start,
                id=refund_failed_workflow_id(start.refund_id),
                task_queue=TaskQueue.PAYMENT_FAILED,
                search_attributes=payment_attributes(start.payment_id, PurchaseStatus.REFUNDED),
                summary=f"See to the failed refund {start.refund_id} of payment {start.payment_id}",
            )
        )

    def check(self) -> None:
        """Ask the server for its health."""
        self._run(self._check())

    # ---- on the loop ------------------------------------------------------------------------------------------------

    def _run(self, coroutine: Coroutine[Any, Any, T], timeout_s: float = SERVER_TIMEOUT_S) -> T:
        try:
            return self._loop.run(coroutine, timeout_s)
        except TimeoutError as error:
            raise Unavailable("Temporal has not answered in time") from error
        except (RPCError, RuntimeError) as error:
            raise Unavailable(f"Temporal: {error}") from error

    async def _client(self) -> Client:
        if self._connected is None:
            self._connected = await self._make_client()
        return self._connected

    async def _check(self) -> None:
        await self._checks.run("health", self._check_health)

    async def _check_health(self) -> None:
        client = await self._client()
        await client.service_client.check_health(timeout=timedelta(seconds=HEALTH_TIMEOUT_S))

    async def _patiently(self, update: Coroutine[Any, Any, T]) -> T:
        """The answer of an update, which takes a worker its time; a server that is away is noticed long before."""
        asked = asyncio.create_task(update)
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                done, _ = await asyncio.wait({asked}, timeout=PATIENCE_S)
                if not done:
                    await self._check()
                return await asked
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise Unavailable("the purchase's saga has not answered yet") from error
        finally:
            asked.cancel()

    async def _open_if_there_is_room(self, start: StartPaymentInput, hints: Hint | None) -> Answer:
        async def opened() -> Answer:
            # Within its place: a crowd that is turned away must not keep the services from those who are let in.
            if hints:
                await _undoubted(hints)
            return await self._open(start)

        return await self._room.run(opened, lambda answer: answer.opened_by == start.opened_by)

    async def _open(self, start: StartPaymentInput) -> Answer:
        try:
            return await self._patiently(self._update_with_start(start))
        except WorkflowUpdateFailedError as error:
            raise refusal(error) from error
        except WorkflowAlreadyStartedError:
            return await self._answer_of_closed(start)

    async def _cancel(self, purchase_id: str) -> CancelAnswer | None:
        handle = (await self._client()).get_workflow_handle(purchase_workflow_id(purchase_id))
        try:
            # The SDK's type of an update that has no argument forgets that it is a coroutine.
            return await self._patiently(handle.execute_update(StartPayment.cancel))  # type: ignore[arg-type]
        except WorkflowUpdateFailedError as error:
            return cancel_refusal(error)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise

    async def _update_with_start(self, start: StartPaymentInput) -> Answer:
        client = await self._client()
        order = start.order
        operation = WithStartWorkflowOperation(
            StartPayment.run,
            start,
            id=purchase_workflow_id(order.purchase_id),
            task_queue=TaskQueue.START_PAYMENT,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            task_timeout=policies.TASK_TIMEOUT,
            search_attributes=order_attributes(order, PurchaseStatus.OPENING),
            static_summary=f"Buy {order.summary()}",
            memo={
                "order": order.model_dump(mode="json"),
                "fingerprint": start.fingerprint,
                "reservation_ttl_s": start.reservation_ttl_s,
            },
        )
        return await client.execute_update_with_start_workflow(
            # The SDK's type of an update that has a name forgets that it is a coroutine.
            StartPayment.opened,  # type: ignore[arg-type]
            OpenRequest(fingerprint=start.fingerprint),
            start_workflow_operation=operation,
            id=f"open/{start.fingerprint}",
        )

    async def _answer_of_closed(self, start: StartPaymentInput) -> Answer:
        """The purchase ended before anybody waited with this body for its answer: its record knows."""
        payment = await self._payments.find(start.order.purchase_id)
        if payment is None or payment.outcome is None:
            raise Unavailable("the purchase has ended, and its record is not written yet")
        return recorded_answer(payment.outcome, start.fingerprint)

    async def _describe(self, purchase_id: str) -> PurchaseSaga | None:
        handle = (await self._client()).get_workflow_handle(purchase_workflow_id(purchase_id))
        try:
            description = await handle.describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        return await purchase_saga(description)

    async def _query(self, purchase_id: str) -> PurchaseView | None:
        handle = (await self._client()).get_workflow_handle(purchase_workflow_id(purchase_id))
        try:
            return await handle.query(StartPayment.view)
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError):
            return None

    async def _start(self, workflow: Any, start: Any, summary: str, **options: Any) -> bool:
        client = await self._client()
        policy = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
        try:
            await client.start_workflow(
                workflow,
                start,
                id_reuse_policy=policy,
                task_timeout=policies.TASK_TIMEOUT,
                static_summary=summarized(summary),
                **options,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True


async def _undoubted(hints: Hint) -> None:
    try:
        await hints()
    except (Refused, Unavailable, ContractBroken, TimeoutError) as error:
        raise Doubted(error) from error

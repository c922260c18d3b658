"""The one way by which every entrance reaches the sagas: open, cancel or read a purchase, and follow an event."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from domain.answers import recorded_answer
from domain.errors import ContractBroken, Refused, Unavailable
from domain.messages import (
    FollowUpInput,
    PurchaseView,
    StartPaymentInput,
    TaskQueue,
    purchase_workflow_id,
)
from domain.ports import Payments
from domain.purchase import Answer
from engine.connect import lazy_client
from engine.descriptions import described, refused_cancel, refused_opening
from engine.follow_ups import FOLLOW_UPS
from engine.limiter import AdaptiveLimiter, Overloaded
from engine.opening import open_saga
from engine.sagas import Hints, PurchaseSaga
from engine.server import if_known
from engine.single_flight import SingleFlight
from workflows import policies
from workflows.attributes import payment_attributes
from workflows.start_payment import StartPayment
from workflows.status_details import summarized

# 10 s: a buyer waits at most that long for the answer to an opening or a cancel; a repeat with the same key gets it
# later. The wait for a slot (engine.limiter), the hints' limit, and the two that tell a slow worker from an absent
# server lie within it.
ANSWER_TIMEOUT_S = 10.0
# 1.2 s for a call that the server answers by itself: it takes milliseconds, or the server is away, and the caller
# learns that within 2 s.
SERVER_TIMEOUT_S = 1.2
# 0.6 s: when an update takes longer we check the server's health; both together stay within the same 2 s.
PATIENCE_S = 0.6
# 1 s: a worker that has not answered a query by then is away; the server knows the status without it.
QUERY_TIMEOUT_S = 1.0

T = TypeVar("T")


class Purchases:
    """Opens, cancels and reads purchases, and starts what follows an event; lives on one event loop.

    Its client is made at the first call. Every method raises Unavailable when Temporal does not answer in time.
    """

    def __init__(
        self,
        payments: Payments,
        make_client: Callable[[], Awaitable[Client]] = lazy_client,
        limiter: AdaptiveLimiter | None = None,
    ) -> None:
        self._payments = payments
        self._make_client = make_client
        self._connected: Client | None = None
        self._limiter = limiter or AdaptiveLimiter()
        # Openings, cancels and questions for the server's health that are under way.
        self._flights = SingleFlight()

    async def open(self, start: StartPaymentInput, hints: Hints) -> Answer:
        """Open the purchase unless the hints refuse it, or wait for an opening that is under way.

        Raises what the hints have raised, and then nothing has begun; Refused with the purchase's refusal; Overloaded
        where a first request could not be answered in time, and then not even the hints were asked.
        """
        same = (start.workflow_id, start.fingerprint)
        async with _answered():
            return await self._flights.run(same, lambda: self._admit(start, hints), ANSWER_TIMEOUT_S)

    async def cancel(self, purchase_id: str) -> PurchaseView | None:
        """Cancel for the buyer and return the purchase's view then; None if no saga runs (any more)."""
        async with _answered():
            return await self._flights.run(("cancel", purchase_id), lambda: self._cancel(purchase_id), ANSWER_TIMEOUT_S)

    async def read(self, purchase_id: str, *, ask_worker: bool = True) -> PurchaseSaga | None:
        """The purchase's saga, by a query of its worker or else as the server describes it; None if there is none."""
        async with _answered(SERVER_TIMEOUT_S):
            saga = await self._describe(purchase_id)
        if saga and saga.running and ask_worker and (view := await self._query(purchase_id)):
            return saga.model_copy(update={"view": view})
        return saga

    async def follow(self, event: FollowUpInput) -> bool:
        """Start what follows an event; False if that was started already."""
        follow_up = FOLLOW_UPS[type(event)]
        async with _answered(SERVER_TIMEOUT_S):
            client = await self._client()
            try:
                await client.start_workflow(
                    follow_up.run,
                    event,
                    id=event.workflow_id,
                    task_queue=follow_up.queue,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                    task_timeout=policies.TASK_TIMEOUT,
                    search_attributes=payment_attributes(event.payment_id, follow_up.status),
                    static_summary=summarized(follow_up.summary.format(event.payment_id)),
                )
            except WorkflowAlreadyStartedError:
                return False
        return True

    async def check(self) -> None:
        """Raise Unavailable unless the server answers."""
        async with _answered():
            await self._flights.run("health", self._check_health, SERVER_TIMEOUT_S)

    async def _client(self) -> Client:
        if self._connected is None:
            self._connected = await self._make_client()
        return self._connected

    async def _check_health(self) -> None:
        client = await self._client()
        await client.service_client.check_health(timeout=timedelta(seconds=SERVER_TIMEOUT_S))

    async def _check_unless(self, asked: asyncio.Task[T]) -> None:
        """Raise Unavailable where the server is away; a busy one may answer before it has told its health."""
        try:
            await self.check()
        except Unavailable:
            if not asked.done():
                raise

    async def _updated(self, update: Coroutine[Any, Any, T]) -> T:
        """The answer of an update, which needs a worker; a server that is away is noticed much earlier."""
        asked = asyncio.create_task(update)
        try:
            done, _ = await asyncio.wait({asked}, timeout=PATIENCE_S)
            if not done:
                await self._check_unless(asked)
            return await asked
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise Unavailable("the purchase's saga has not answered yet") from error
        finally:
            asked.cancel()

    async def _admit(self, start: StartPaymentInput, hints: Hints) -> Answer:
        """Open the purchase once there is room for it; a repeat begins nothing, and so needs none."""
        try:
            return await self._limiter.run(lambda: self._open(start, hints), _opened_by(start))
        except Overloaded:
            if not await self._describe(start.order.purchase_id):
                raise
        return await self._ask(start)

    async def _open(self, start: StartPaymentInput, hints: Hints) -> Answer:
        # Asked within the limiter's slot: openings that are refused must not load the services.
        try:
            await hints()
        except (Refused, Unavailable, ContractBroken):
            # A purchase that has begun already is answered, whatever the hints say now.
            if not await self._is_begun(start.order.purchase_id):
                raise
        return await self._ask(start)

    async def _ask(self, start: StartPaymentInput) -> Answer:
        """The answer of the purchase's saga, which this starts unless it is there, or of its record."""
        client = await self._client()
        try:
            return await self._updated(open_saga(client, start, TaskQueue.START_PAYMENT))
        except WorkflowUpdateFailedError as error:
            raise refused_opening(error) from error
        except WorkflowAlreadyStartedError:
            return await self._answer_of_closed(start)

    async def _cancel(self, purchase_id: str) -> PurchaseView | None:
        handle = (await self._client()).get_workflow_handle(purchase_workflow_id(purchase_id))
        try:
            # The SDK's type of an update that has a name forgets that it is a coroutine.
            update: Any = handle.execute_update(StartPayment.cancel)
            return await if_known(self._updated(update))
        except WorkflowUpdateFailedError as error:
            return refused_cancel(error)

    async def _answer_of_closed(self, start: StartPaymentInput) -> Answer:
        """The answer from the record: the purchase ended before this request came."""
        payment = await self._payments.find(start.order.purchase_id)
        if payment is None or payment.outcome is None:
            raise Unavailable("the purchase has ended, and its record is not written yet")
        return recorded_answer(payment.outcome, start.fingerprint)

    async def _is_begun(self, purchase_id: str) -> bool:
        """By its saga or, when that is forgotten, by its record."""
        return bool(await self.read(purchase_id, ask_worker=False) or await self._payments.find(purchase_id))

    async def _describe(self, purchase_id: str) -> PurchaseSaga | None:
        handle = (await self._client()).get_workflow_handle(purchase_workflow_id(purchase_id))
        found = await if_known(handle.describe())
        return await described(found) if found else None

    async def _query(self, purchase_id: str) -> PurchaseView | None:
        """The view by a query, or None if no worker answers in time."""
        handle = (await self._client()).get_workflow_handle(purchase_workflow_id(purchase_id))
        try:
            async with _answered(QUERY_TIMEOUT_S):
                return await handle.query(StartPayment.view)
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError, Unavailable):
            return None


@asynccontextmanager
async def _answered(limit_s: float | None = None) -> AsyncIterator[None]:
    """Raise Unavailable where Temporal does not answer, or not within the limit (None: what is asked has its own)."""
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError as error:
        raise Unavailable("Temporal has not answered in time") from error
    except (RPCError, RuntimeError) as error:
        raise Unavailable(f"Temporal: {error}") from error


def _opened_by(start: StartPaymentInput) -> Callable[[Answer], bool]:
    """Whether an answer comes of this very request, not of an earlier one."""
    return lambda answer: answer.opened_by == start.opened_by

"""What all sagas share: steps, signals to the purchase, asking again, and the messages by which people decide."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities import NotifierSteps, PaymentsSteps, ProjectsSteps
    from domain.errors import Refused
    from domain.messages import (
        Notification,
        ParkedView,
        PaymentCall,
        Progress,
        PurchaseResult,
        Signal,
        purchase_workflow_id,
    )
    from domain.payment import Payment
    from domain.purchase import Order, PurchaseStatus
    from workflows import policies
    from workflows.parking import Aborted, Parking, Reason, benign
    from workflows.status_details import StatusDetails
    from workflows.steps import Steps

AnySaga = TypeVar("AnySaga", bound="Saga")
Start = TypeVar("Start")
End = TypeVar("End")


class Saga:
    """A saga of one purchase: takes steps, signals the purchase, and asks again.

    `details` is what is shown of it, `parking` what people decide about it, `steps` how it acts.
    """

    def __init__(self, status: PurchaseStatus) -> None:
        self.details = StatusDetails(status, self.about, self.waits)
        self.parking = Parking(self, self.details)
        self.steps = Steps(self.details, self.parking)

    def about(self) -> str:
        """Which purchase this is, in a line."""
        raise NotImplementedError

    def abort_means(self) -> str:
        """What an abort will do, in a sentence; asked only of a saga that can be undone."""
        raise NotImplementedError

    def waits(self) -> None:
        """The saga has begun to wait."""

    async def signal_parked(self, why: str) -> None:
        """Tell whoever else shows the saga that it waits for an operator."""

    async def signal_resumed(self) -> None:
        """Let the purchase show that this saga goes on."""

    # ---- people's decisions -----------------------------------------------------------------------------------------

    @workflow.update(name="resolve", description="An operator's decision on a parked saga: retry, skip or abort")
    async def resolve(self, decision: str) -> str:
        """Go on with a parked saga; answers what will happen. Fails with `not-seen` where a skip is not proven."""
        return await self.parking.resolve(decision)

    @resolve.validator
    def _check_resolve(self, decision: str) -> None:
        self.parking.check(decision)

    @workflow.query(name="parked", description="Why the saga waits for an operator, and what each choice will do")
    def parked_view(self) -> ParkedView | None:
        """None when it does not wait."""
        return self.parking.view()

    # ---- steps that several sagas take ------------------------------------------------------------------------------

    async def retrieve(self, payment_id: str) -> Payment:
        """The payment as the provider has it now; one that Payments does not know for an hour parks the saga."""
        attempt = 0
        while True:
            payment = await self._known_payment(payment_id)
            if payment is not None:
                return payment
            await self.ask_again_later(attempt, f"Payments does not know payment {payment_id}")
            attempt += 1

    async def _known_payment(self, payment_id: str) -> Payment | None:
        """The payment; None where there is none, or only the tombstone that refuses it."""
        retrieve, call = PaymentsSteps.retrieve_payment, PaymentCall(payment_id=payment_id)
        try:
            payment = await self.steps.take(retrieve, call, summary=f"Retrieve payment {payment_id}")
        except Refused:
            return None
        return None if payment.is_tombstone else payment

    async def cancel_payment(self, payment_id: str) -> Payment:
        """Cancel the payment; Refused when money has moved or is moving."""
        call = PaymentCall(payment_id=payment_id)
        return await self.steps.take(PaymentsSteps.cancel_payment, call, summary=f"Cancel payment {payment_id}")

    async def release(self, payment_id: str) -> None:
        """Release the reservation, which decides the purchase for this saga; Refused if another one has decided it."""
        call = PaymentCall(payment_id=payment_id)
        await self.steps.take(ProjectsSteps.release_offset, call, summary="Release the reserved offset")
        self.details.note("offset_released")

    async def publish(
        self, kind: str, payment_id: str, order: Order, status: PurchaseStatus, amount_refunded: int | None = None
    ) -> None:
        """Publish a notification until the broker has confirmed it.

        It tells of what stands in the history by then: a worker that dies may not decide otherwise after it.
        """
        notification = Notification(
            kind=kind,
            payment_id=payment_id,
            order=order,
            status=status,
            time=workflow.now(),
            amount_refunded=amount_refunded,
        )
        await self.steps.take(
            NotifierSteps.publish_notification, notification, summary=f"Publish {kind}", must_succeed=True
        )
        self.details.note("notified", kind)

    async def publish_end(self, payment_id: str, order: Order, result: PurchaseResult) -> None:
        """Publish how the purchase ended."""
        await self.publish(result.notification, payment_id, order, result.status, result.amount_refunded)

    # ---- the purchase -----------------------------------------------------------------------------------------------

    async def signal(self, purchase_id: str, message: PurchaseResult | Progress) -> bool:
        """Tell the purchase's own saga; False where that is closed already."""
        handle = workflow.get_external_workflow_handle(purchase_workflow_id(purchase_id))
        try:
            signal = Signal.COMPLETE if isinstance(message, PurchaseResult) else Signal.PROGRESS
            await handle.signal(signal, message)
        except ApplicationError:
            workflow.logger.info("purchase %s is closed already", purchase_id)
            return False
        return True

    # ---- waiting ----------------------------------------------------------------------------------------------------

    async def ask_again_later(self, attempt: int, why: str) -> None:
        """Wait before question number `attempt` + 1; after an hour of questions park the saga."""
        if attempt % policies.ASK_AGAIN_ATTEMPTS == policies.ASK_AGAIN_ATTEMPTS - 1:
            await self.parking.park(Reason.NOT_YET, f"{why}, for an hour")
            return
        delay = policies.ask_again_delay(attempt)
        await self.parking.pause(delay, f"{why}: asked again in {delay.total_seconds():g} s")


def heeds_cancellation(run: Callable[[AnySaga, Start], Awaitable[End]]) -> Callable[[AnySaga, Start], Awaitable[End]]:
    """Turn a cancellation into a request that the saga heeds where it can be undone; it never interrupts a step.

    A saga that is aborted before it has done anything closes as canceled or failed, so that its id can be used again.
    """

    @functools.wraps(run)
    async def shielded(self: AnySaga, start: Start) -> End:
        saga = asyncio.ensure_future(_shown_to_its_end(run, self, start))
        try:
            try:
                return await asyncio.shield(saga)
            except asyncio.CancelledError:
                self.parking.abort_requested = True
                return await saga
        except Aborted as aborted:
            self.details.leave("Somebody has ended the saga; it had done nothing yet.")
            self.details.write()
            if workflow.cancellation_reason() is not None:
                raise asyncio.CancelledError from aborted
            raise benign("aborted", "An operator ended the saga; it had done nothing yet.") from aborted

    return shielded


async def _shown_to_its_end(run: Callable[[AnySaga, Start], Awaitable[End]], saga: AnySaga, start: Start) -> End:
    end = await run(saga, start)
    saga.details.write()
    return end

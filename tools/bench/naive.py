"""A naive twin: the same purchase on the same services, written as Temporal's samples teach.

Two workflows of regular activities, the SDK's own retries, a signal between them; no summaries, no search attributes,
no compensation, no limits, hardly a check. What it lacks costs nothing: the product's speed is compared with it.

Run as a program it is its worker: `python -m tools.bench.naive`; `naive_web` is what buyers and Stripe call.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.messages import Notification, PaymentCall, RecordCall, ReserveCall, cloud_event
from domain.payment import Payment
from domain.purchase import Order, Outcome, PurchaseStatus
from engine import address
from lib.settings import read
from tools.bench.bare import connect
from workers.process import Ports, open_ports
from workers.settings import WorkerSettings

QUEUE = "naive"
READY = "Starting naive worker"
# As in the samples.
STEP: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=10)}
OFFERED = timedelta(minutes=30)


@dataclass(frozen=True)
class Activities:
    """One activity for each call; its key is the workflow's id and its own name."""

    ports: Ports

    @activity.defn
    async def create(self, order: Order) -> Payment:
        """Create the payment."""
        return await self.ports.payments.create(order, _key())

    @activity.defn
    async def reserve(self, call: ReserveCall) -> None:
        """Hold the offset."""
        await self.ports.projects.reserve(call.payment_id, call.order, _key())

    @activity.defn
    async def retrieve(self, call: PaymentCall) -> Payment:
        """Ask how the payment stands."""
        return await self.ports.payments.retrieve(call.payment_id)

    @activity.defn
    async def commit(self, call: PaymentCall) -> None:
        """Sell the offset."""
        await self.ports.projects.commit(call.payment_id, _key())

    @activity.defn
    async def deliver(self, call: ReserveCall) -> None:
        """Give the buyer the offset."""
        order = call.order
        await self.ports.users.deliver(order.buyer_id, call.payment_id, order.purchase_id, order.items, _key())

    @activity.defn
    async def publish(self, notification: Notification) -> None:
        """Tell the world."""
        await self.ports.notifications.publish(cloud_event(notification, _key()))

    @activity.defn
    async def record(self, call: RecordCall) -> None:
        """Record the end."""
        await self.ports.payments.record_outcome(call.order, call.outcome, _key())


def _key() -> str:
    info = activity.info()
    return f"{info.workflow_id}/{info.activity_type}"


@workflow.defn
class NaivePurchase:
    """Opens a purchase and waits until it is told that it is paid."""

    def __init__(self) -> None:
        self._payment_id = ""
        self._paid = False

    @workflow.run
    async def run(self, order: Order) -> None:
        """Create, reserve, wait, record."""
        payment = await workflow.execute_activity_method(Activities.create, order, **STEP)
        call = ReserveCall(payment_id=payment.payment_id, order=order)
        await workflow.execute_activity_method(Activities.reserve, call, **STEP)
        self._payment_id = payment.payment_id
        await workflow.wait_condition(lambda: self._paid, timeout=OFFERED)
        outcome = Outcome(status=PurchaseStatus.PAID, fingerprint="naive")
        await workflow.execute_activity_method(Activities.record, RecordCall(order=order, outcome=outcome), **STEP)

    @workflow.update
    async def opened(self) -> str:
        """The payment's id, once the buyer can pay."""
        await workflow.wait_condition(lambda: bool(self._payment_id))
        return self._payment_id

    @workflow.signal
    def paid(self) -> None:
        """The money has come."""
        self._paid = True


@workflow.defn
class NaiveSuccess:
    """Delivers what is paid."""

    @workflow.run
    async def run(self, payment_id: str) -> None:
        """Retrieve, commit, deliver, publish, tell."""
        call = PaymentCall(payment_id=payment_id)
        order = (await workflow.execute_activity_method(Activities.retrieve, call, **STEP)).order
        await workflow.execute_activity_method(Activities.commit, call, **STEP)
        deliver = ReserveCall(payment_id=payment_id, order=order)
        await workflow.execute_activity_method(Activities.deliver, deliver, **STEP)
        success = Notification(
            kind="payment.success",
            payment_id=payment_id,
            order=order,
            status=PurchaseStatus.PAID,
            time=workflow.now(),
        )
        await workflow.execute_activity_method(Activities.publish, success, **STEP)
        purchase = workflow.get_external_workflow_handle(f"naive/{order.purchase_id}")
        await purchase.signal(NaivePurchase.paid)


async def _work() -> None:
    async with open_ports(read(WorkerSettings)) as ports:
        steps = Activities(ports)
        worker = Worker(
            await connect(address()),
            task_queue=QUEUE,
            workflows=[NaivePurchase, NaiveSuccess],
            activities=[
                steps.create,
                steps.reserve,
                steps.retrieve,
                steps.commit,
                steps.deliver,
                steps.publish,
                steps.record,
            ],
            # As the product's workers run theirs: what is compared with them must not cost more.
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        async with worker:
            print(READY, flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_work())

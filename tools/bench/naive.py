"""A naive twin: the same purchase on the same services, written as Temporal's samples teach.

Two workflows of regular activities, the SDK's own retries, a signal between them; no summaries, no search attributes,
no compensation beyond the obvious one. What it lacks costs nothing: it is what the product's speed is compared with.

Run as a program it is its worker and its webhook endpoint: `python -m tools.bench.naive ADDRESS PORT`.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import stripe
from temporalio import activity, workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.messages import Notification, PaymentCall, RecordCall, ReserveCall, cloud_event
from domain.payment import Payment
from domain.purchase import Order, Outcome, PurchaseStatus
from lib.settings import read
from providers.stripe.settings import StripeEventSettings
from tools.bench.bare import connect
from tools.devstack.process import ProcessSpec
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

    def all(self) -> list[Callable[..., Any]]:
        """Every activity."""
        return [self.create, self.reserve, self.retrieve, self.commit, self.deliver, self.publish, self.record]

    @activity.defn
    async def create(self, order: Order) -> Payment:
        """Create the payment."""
        return await self.ports.payments.create(order, _key("create"))

    @activity.defn
    async def reserve(self, call: ReserveCall) -> None:
        """Hold the offset."""
        await self.ports.projects.reserve(call.payment_id, call.order, _key("reserve"))

    @activity.defn
    async def retrieve(self, call: PaymentCall) -> Payment:
        """Ask how the payment stands."""
        return await self.ports.payments.retrieve(call.payment_id)

    @activity.defn
    async def commit(self, call: PaymentCall) -> None:
        """Sell the offset."""
        await self.ports.projects.commit(call.payment_id, _key("commit"))

    @activity.defn
    async def deliver(self, call: ReserveCall) -> None:
        """Give the buyer the offset."""
        order = call.order
        items, key = order.items, _key("deliver")
        await self.ports.users.deliver(order.buyer_id, call.payment_id, order.purchase_id, items, key)

    @activity.defn
    async def publish(self, notification: Notification) -> None:
        """Tell the world."""
        await self.ports.notifications.publish(cloud_event(notification, _key("publish")))

    @activity.defn
    async def record(self, call: RecordCall) -> None:
        """Record the end."""
        await self.ports.payments.record_outcome(call.order, call.outcome, _key("record"))


def _key(step: str) -> str:
    return f"{activity.info().workflow_id}/{step}"


@workflow.defn
class NaivePurchase:
    """Opens a purchase and waits until it is told that it is paid."""

    def __init__(self) -> None:
        self._payment: Payment | None = None
        self._paid = False

    @workflow.run
    async def run(self, order: Order) -> None:
        """Create, reserve, wait, record."""
        payment = await workflow.execute_activity_method(Activities.create, order, **STEP)
        call = ReserveCall(payment_id=payment.payment_id, order=order)
        await workflow.execute_activity_method(Activities.reserve, call, **STEP)
        self._payment = payment
        await workflow.wait_condition(lambda: self._paid, timeout=OFFERED)
        outcome = Outcome(status=PurchaseStatus.PAID, fingerprint="naive")
        await workflow.execute_activity_method(Activities.record, RecordCall(order=order, outcome=outcome), **STEP)

    @workflow.update
    async def opened(self) -> str:
        """The payment's id, once the buyer can pay."""
        await workflow.wait_condition(lambda: self._payment is not None)
        return self._payment.payment_id if self._payment else ""

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
        payment = await workflow.execute_activity_method(Activities.retrieve, call, **STEP)
        order = payment.order
        await workflow.execute_activity_method(Activities.commit, call, **STEP)
        deliver = ReserveCall(payment_id=payment_id, order=order)
        await workflow.execute_activity_method(Activities.deliver, deliver, **STEP)
        told = Notification(
            kind="payment.success",
            payment_id=payment_id,
            order=order,
            status=PurchaseStatus.PAID,
            time=workflow.now(),
        )
        await workflow.execute_activity_method(Activities.publish, told, **STEP)
        purchase = workflow.get_external_workflow_handle_for(NaivePurchase.run, f"naive/{order.purchase_id}")
        await purchase.signal(NaivePurchase.paid)


async def open_purchase(client: Client, order: Order) -> str:
    """Open a purchase; its payment's id."""
    started = WithStartWorkflowOperation(
        NaivePurchase.run,
        order,
        id=f"naive/{order.purchase_id}",
        task_queue=QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    return await client.execute_update_with_start_workflow(NaivePurchase.opened, start_workflow_operation=started)


def worker(address: str, port: int) -> ProcessSpec:
    """The process that carries it out."""
    line = (sys.executable, "-m", "tools.bench.naive", address, str(port))
    return ProcessSpec("naive_worker", line, ready_line=READY)


def endpoint(port: int, secret: str, begin: Callable[[str], None]) -> ThreadingHTTPServer:
    """Stripe's events: one that says that a payment is paid begins its delivery."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], secret)
            if event.type == "payment_intent.succeeded":
                begin(event.data.object["metadata"]["payment_id"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


async def _work(address: str, port: int) -> None:
    client = await connect(address)
    loop = asyncio.get_running_loop()

    async def start(payment_id: str) -> None:
        with suppress(WorkflowAlreadyStartedError):
            await client.start_workflow(
                NaiveSuccess.run,
                payment_id,
                id=f"naive-success/{payment_id}",
                task_queue=QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            )

    secret = read(StripeEventSettings).stripe_webhook_secrets[0]
    server = endpoint(
        port, secret, lambda payment_id: asyncio.run_coroutine_threadsafe(start(payment_id), loop).result()
    )
    Thread(target=server.serve_forever, daemon=True).start()
    async with (
        open_ports(read(WorkerSettings)) as ports,
        Worker(
            client,
            task_queue=QUEUE,
            workflows=[NaivePurchase, NaiveSuccess],
            activities=Activities(ports).all(),
            # As the product's workers run theirs: what is compared with them must not cost more.
            workflow_runner=UnsandboxedWorkflowRunner(),
        ),
    ):
        print(READY, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], int(sys.argv[2])))

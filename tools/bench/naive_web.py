"""The naive twin's web server, and the stack in which it stands: `python -m tools.bench.naive_web PORT`."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import jwt
import stripe
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from app.settings import IntakeSettings
from domain.keys import purchase_id_of
from domain.purchase import Item, Order
from engine import address
from lib.settings import read
from tools.bench.bare import connect
from tools.bench.naive import QUEUE, READY, NaivePurchase, NaiveSuccess
from tools.devstack.options import StackOptions
from tools.devstack.plan import Plan, application
from tools.devstack.ports import LOOPBACK
from tools.devstack.processes import INTAKE, WORKERS
from tools.devstack.readiness import listens
from workers.process import Ports, open_ports
from workers.settings import WorkerSettings

# A request's headers and body, and its answer.
Route = Callable[[Mapping[str, str], bytes], Coroutine[Any, Any, dict[str, Any]]]


@dataclass(frozen=True)
class Web:
    """What the buyers and Stripe call."""

    client: Client
    ports: Ports
    settings: IntakeSettings

    async def purchases(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """Open a purchase."""
        token, at = headers["Authorization"].removeprefix("Bearer "), self.settings
        claims = jwt.decode(token, at.jwt_secret, ["HS256"], audience=at.jwt_audience, issuer=at.jwt_issuer)
        asked, buyer = json.loads(body), claims["sub"]
        order = Order.canonical(
            purchase_id=purchase_id_of(buyer, headers["Idempotency-Key"]),
            buyer_id=buyer,
            items=[Item(**item) for item in asked["items"]],
            amount=asked["amount"],
            currency=asked["currency"],
            payment_method="card",
        )
        started = WithStartWorkflowOperation(
            NaivePurchase.run,
            order,
            id=f"naive/{order.purchase_id}",
            task_queue=QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        payment_id = await self.client.execute_update_with_start_workflow(
            NaivePurchase.opened, start_workflow_operation=started
        )
        action = await self.ports.payments.next_action(payment_id)
        return {"purchase_id": order.purchase_id, "next_action": action.model_dump()}

    async def webhooks(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """An event that says that a payment is paid begins its delivery."""
        secret = self.settings.stripe_webhook_secrets[0]
        event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], secret)
        if event.type == "payment_intent.succeeded":
            payment_id = event.data.object["metadata"]["payment_id"]
            policy = WorkflowIDReusePolicy.REJECT_DUPLICATE
            with suppress(WorkflowAlreadyStartedError):
                await self.client.start_workflow(
                    NaiveSuccess.run, payment_id, id=f"success/{payment_id}", task_queue=QUEUE, id_reuse_policy=policy
                )
        return {}


class Server(ThreadingHTTPServer):
    """A thread for each connection."""

    # With the default, 5, the connections of 32 buyers at once would wait for a second.
    request_queue_size = 128


def _handler(web: Web, loop: asyncio.AbstractEventLoop) -> type[BaseHTTPRequestHandler]:
    routes: Mapping[str, Route] = {"/purchases": web.purchases, "/webhooks/stripe": web.webhooks}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = asyncio.run_coroutine_threadsafe(routes[self.path](dict(self.headers), body), loop).result()
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


async def _serve(port: int) -> None:
    async with open_ports(read(WorkerSettings)) as ports:
        web = Web(await connect(address()), ports, read(IntakeSettings))
        with Server((LOOPBACK, port), _handler(web, asyncio.get_running_loop())) as server:
            await asyncio.to_thread(server.serve_forever)


def twin(options: StackOptions) -> Plan:
    """A stack of it: the product's, with the twin in the place of the intake and of the workers."""
    plan = application(options)
    specs = {spec.name: spec for spec in plan.specs}
    first, *_ = (specs.pop(worker.name) for worker in WORKERS)
    worker = replace(first, name="naive_worker", command=(sys.executable, "-m", "tools.bench.naive"), ready_line=READY)
    intake = specs.pop(INTAKE.name)
    port = int(urlsplit(intake.url or "").port or 0)
    web = replace(
        intake,
        command=(sys.executable, "-m", "tools.bench.naive_web", str(port)),
        ready=lambda: listens(port),
        after=(worker.name,),
    )
    return replace(plan, specs=(*specs.values(), worker, web))


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))

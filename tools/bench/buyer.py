"""A buyer under load: opens, pays, and hears from RabbitMQ that the offset is delivered."""

import asyncio
import json
import threading
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx
import pika

from tools.devstack.shop import buyer_token, load_buyers

# 60 s: under the heaviest load here a purchase takes a few; one that takes longer is lost.
NOTIFIED_TIMEOUT_S = 60.0
# A minute as well: a crowd has its turn long before.
OPENED_TIMEOUT_S = 60.0
# 100 kg of mangrove-2 at 1200 a tonne.
BODY: dict[str, Any] = {
    "items": [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "0.100"}],
    "amount": 120,
    "currency": "usd",
}
# Twice as many connections as any load has callers.
LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=64)


class Listener:
    """Hears every notification through a queue of its own; a waiting purchase is told at once, without polling."""

    def __init__(self, amqp_url: str, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: dict[str, asyncio.Event] = {}
        self._connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
        channel = self._connection.channel()
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, "notifications", routing_key="payment.success")
        channel.basic_consume(queue, self._heard, auto_ack=True)
        self._thread = threading.Thread(target=channel.start_consuming, daemon=True)
        self._channel = channel

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self._connection.add_callback_threadsafe(self._channel.stop_consuming)
        self._thread.join()
        self._connection.close()

    def expect(self, purchase_id: str) -> asyncio.Event:
        """What is set when the purchase's success is published."""
        return self._waiting.setdefault(purchase_id, asyncio.Event())

    def _heard(self, _channel: Any, _method: Any, _properties: Any, body: bytes) -> None:
        purchase_id = json.loads(body)["data"]["purchase_id"]
        self._loop.call_soon_threadsafe(lambda: self.expect(purchase_id).set())


class BenchBuyer:
    """Everything that a purchase's life needs from outside."""

    def __init__(self, stack: Mapping[str, Any], http: httpx.AsyncClient, listener: Listener) -> None:
        self._stack = stack
        self.http = http
        self.listener = listener
        # No buyer may have more than a few purchases open.
        self._names = load_buyers()
        # A stack may be measured more than once.
        self._run = uuid.uuid4().hex
        # How often a buyer was answered 503.
        self.turned_away = 0

    async def open(self, key: str) -> dict[str, Any]:
        """POST /purchases: the first answer; who is refused for want of room comes again as they are told."""
        url = f"{self._stack['processes']['intake']['url']}/purchases"
        token = buyer_token(self._stack, next(self._names))
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{self._run}-{key}"}
        async with asyncio.timeout(OPENED_TIMEOUT_S):
            while True:
                response = await self.http.post(url, json=BODY, headers=headers)
                if response.status_code != 503:
                    return dict(response.raise_for_status().json())
                self.turned_away += 1
                await asyncio.sleep(float(response.headers["Retry-After"]))

    async def whole_life(self, key: str) -> None:
        """Open, pay, and wait until the delivery is told."""
        answer = await self.open(key)
        told = self.listener.expect(answer["purchase_id"])
        await self.pay(answer)
        await asyncio.wait_for(told.wait(), NOTIFIED_TIMEOUT_S)

    async def pay(self, answer: Mapping[str, Any]) -> None:
        """Confirm the payment as the buyer's browser does."""
        stripe = self._stack["stripe"]
        # 1.0.0, with which we are compared, says it beside the rest.
        action = answer.get("next_action") or {**answer, "payment_intent": answer["payment_id"]}
        response = await self.http.post(
            f"{stripe['api_base']}/v1/payment_intents/{action['payment_intent']}/confirm",
            data={"client_secret": action["client_secret"], "payment_method": "pm_card_visa"},
            headers={"Authorization": f"Bearer {stripe['publishable_key']}"},
        )
        response.raise_for_status()


@asynccontextmanager
async def buyer_on(stack: Mapping[str, Any]) -> AsyncIterator[BenchBuyer]:
    """A buyer with connections and ears of its own."""
    with Listener(stack["amqp_url"], asyncio.get_running_loop()) as listener:
        async with httpx.AsyncClient(timeout=60, limits=LIMITS) as http:
            yield BenchBuyer(stack, http, listener)

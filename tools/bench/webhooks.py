"""Stripe's endpoint under 200 events a second, with Temporal stopped, and under more than the engine takes."""

import asyncio
import math
import os
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from tools.bench.bare import connect, is_known
from tools.bench.buyer import BenchBuyer, buyer_on
from tools.bench.events import FLOOD, USUAL, BenchDelivery, Events
from tools.bench.load import put_load
from tools.bench.stacks import own
from tools.bench.wire import Wire
from tools.devstack.options import StackOptions
from tools.devstack.stack import Stack

USUAL_PER_S, USUAL_S = 200, 20
STOPPED_S = 5
FLOOD_PER_S, FLOOD_S = 600, 5
# As many purchases as new events deliver in the usual load.
PURCHASES = USUAL_PER_S * USUAL_S // 100
CALLERS = 8
# What buyers look at and what the platform asks, while Temporal is stopped.
ROUTES = ("/config", "/projects", "/health")
ROUTE_PAUSE_S = 0.1
# A new event that is taken in less than this shows that the endpoint is as fast as before.
TARGET_MS = 100
# What has not come by then does not come: it is reported so.
WAIT_S_MAX = 60.0


@dataclass(frozen=True)
class WebhookAnswer:
    """The answer to one request; the time counts from the moment when it was due, late or not."""

    kind: str
    status: int
    ms: float


@dataclass(frozen=True)
class WebhookLoad:
    """What one run has measured; `not_stored` counts events that were acknowledged and have no saga."""

    usual: Sequence[WebhookAnswer]
    stopped: Sequence[WebhookAnswer]
    routes: Sequence[WebhookAnswer]
    flood: Sequence[WebhookAnswer]
    after_stop_s: float
    after_flood_s: float
    acknowledged: int
    not_stored: int
    delivered: int


class WebhookSender:
    """Sends deliveries to the intake at a rate, whether it keeps up or not."""

    def __init__(self, stack: dict[str, Any]) -> None:
        self._wire = Wire(stack["processes"]["intake"]["url"])
        self._secret = stack["stripe"]["webhook_secrets"][0]
        self.acknowledged: set[str] = set()
        self._refused: dict[str, BenchDelivery] = {}

    async def send(self, deliveries: Iterable[BenchDelivery], per_s: int) -> list[WebhookAnswer]:
        """All answers, in the order in which the deliveries were due."""
        begun = time.perf_counter()
        under_way = []
        for number, delivery in enumerate(deliveries):
            due = begun + number / per_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            under_way.append(asyncio.create_task(self.deliver(delivery, due)))
        return await asyncio.gather(*under_way)

    async def deliver(self, delivery: BenchDelivery, due: float) -> WebhookAnswer:
        """The answer to one delivery."""
        headers = delivery.headers(self._secret)
        status = await self._wire.ask("POST", "/webhooks/stripe", headers, delivery.body)
        if status == 200 and delivery.saga:
            self.acknowledged.add(delivery.saga)
            self._refused.pop(delivery.saga, None)
        elif delivery.saga:
            self._refused[delivery.saga] = delivery
        return WebhookAnswer(delivery.kind, status, (time.perf_counter() - due) * 1000)

    async def send_again(self) -> None:
        """What was refused comes again, as from Stripe, though sooner; gives up after a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S_MAX):
                while self._refused:
                    await self.deliver(next(iter(self._refused.values())), time.perf_counter())

    async def probe(self, seconds: float) -> list[WebhookAnswer]:
        """What buyers and the platform are answered meanwhile."""
        answers, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end:
            for path in ROUTES:
                asked = time.perf_counter()
                status = await self._wire.ask("GET", path, {})
                answers.append(WebhookAnswer(path, status, (time.perf_counter() - asked) * 1000))
            await asyncio.sleep(ROUTE_PAUSE_S)
        return answers

    async def recovered(self, events: Events) -> float:
        """Seconds until a new event is taken as fast as it should be; infinite if that takes too long."""
        begun = time.perf_counter()
        while time.perf_counter() < begun + WAIT_S_MAX:
            answer = await self.deliver(events.new(), time.perf_counter())
            if answer.status == 200 and answer.ms < TARGET_MS:
                return time.perf_counter() - begun
        return math.inf


def knock(data: Path | str, console: Console) -> WebhookLoad:
    """Run a stack and measure."""
    with own(StackOptions(data=data)) as stack:
        return asyncio.run(_knock(stack, console))


async def _knock(stack: Stack, console: Console) -> WebhookLoad:
    async with buyer_on(stack.description) as buyer:
        paid = await _paid(stack.description, buyer)
        events, sender = Events(paid), WebhookSender(stack.description)
        usual = await sender.send(events.mixed(USUAL, USUAL_PER_S * USUAL_S), USUAL_PER_S)
        console.print(f"{USUAL_PER_S} events a second: {len(usual)} are answered")
        await sender.send_again()
        told = [buyer.listener.expect(event["data"]["object"]["metadata"]["purchase_id"]) for event in paid]
        waiting = [asyncio.create_task(event.wait()) for event in told]
        delivered, missing = await asyncio.wait(waiting, timeout=WAIT_S_MAX)
        for task in missing:
            task.cancel()

    with _stopped(stack.description["processes"]["temporal"]["pid"]):
        load = sender.send(events.mixed(USUAL, USUAL_PER_S * STOPPED_S), USUAL_PER_S)
        stopped, routes = await asyncio.gather(load, sender.probe(STOPPED_S))
    after_stop_s = await sender.recovered(events)
    console.print("Temporal has stood still and goes on")
    flood = await sender.send(events.mixed(FLOOD, FLOOD_PER_S * FLOOD_S), FLOOD_PER_S)
    after_flood_s = await sender.recovered(events)
    console.print(f"{FLOOD_PER_S} events a second are over")
    client = await connect(stack.description["temporal"]["address"])
    stored = await asyncio.gather(*(is_known(client, saga) for saga in sender.acknowledged))
    return WebhookLoad(
        usual=usual,
        stopped=stopped,
        routes=routes,
        flood=flood,
        after_stop_s=after_stop_s,
        after_flood_s=after_flood_s,
        acknowledged=len(stored),
        not_stored=stored.count(False),
        delivered=len(delivered),
    )


async def _paid(stack: dict[str, Any], buyer: BenchBuyer) -> list[dict[str, Any]]:
    """The provider's events about purchases that are paid, none of which has reached the intake."""
    stripe = stack["stripe"]
    key = {"Authorization": f"Bearer {stripe['secret_key']}"}
    plan = {"webhooks": {"drop": 1}}
    (await buyer.http.put(f"{stripe['api_base']}/simulator/faults", json=plan, headers=key)).raise_for_status()

    async def pay(name: str) -> None:
        await buyer.pay(await buyer.open(name))

    await put_load(pay, "webhooks", callers=CALLERS, count=PURCHASES)
    query = {"type": "payment_intent.succeeded", "limit": "100"}
    answer = await buyer.http.get(f"{stripe['api_base']}/v1/events", params=query, headers=key)
    return list(answer.raise_for_status().json()["data"])


@contextmanager
def _stopped(pid: int) -> Iterator[None]:
    """Let a process of our stack, which leads a group of its own, stand still."""
    os.killpg(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(pid, signal.SIGCONT)

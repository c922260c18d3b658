"""Three processes of the intake are one shop."""

import asyncio
import os
import signal
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.hold import stopped
from tests.integration.intake.conftest import Basket, deliver, event_of
from tests.integration.processes.conftest import PROCESSES, bearer
from tests.integration.temporal import TemporalServer
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

CROWD = 150


def url(several: Stack, path: str) -> str:
    """An address of the intake."""
    return f"{several.description['processes']['intake']['url']}{path}"


def workers(several: Stack) -> list[psutil.Process]:
    """The processes that answer."""
    return psutil.Process(several.processes["intake"].pid).children()


def counted(several: Stack, name: str, result: str) -> float:
    """A counter of /metrics, whichever process answers."""
    families = text_string_to_metric_families(httpx.get(url(several, "/metrics"), timeout=PATIENCE_S).text)
    samples = [sample for family in families for sample in family.samples]
    return sum(each.value for each in samples if each.name == name and each.labels.get("result") == result)


async def test_a_crowd_with_one_key_buys_once(several: Stack, client: Shop, basket: Basket) -> None:
    """Whichever process answers: the same answer, one of them no repeat, one payment, and /metrics adds them all up."""
    before = [counted(several, "intake_purchases_total", result) for result in ("opened", "replayed")]
    body = {"items": basket[0], "amount": basket[1], "currency": "usd"}
    headers = bearer("load-1") | {"Idempotency-Key": uuid.uuid4().hex}
    limits = httpx.Limits(max_connections=CROWD)
    async with httpx.AsyncClient(headers=headers, limits=limits, timeout=PATIENCE_S) as buyer:
        answers = await asyncio.gather(*(buyer.post(url(several, "/purchases"), json=body) for _ in range(CROWD)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert len(list(client.pages("payments", "/payments", purchase_id=answers[0].json()["purchase_id"]))) == 1
    after = [counted(several, "intake_purchases_total", result) for result in ("opened", "replayed")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, CROWD - 1]


def test_doubled_events_start_one_saga(several: Stack, client: Shop, basket: Basket) -> None:
    """Twenty deliveries of one event over all processes: each is acknowledged, and one saga has run once."""
    engine = TemporalServer(several.description)
    answer = client.open(*basket).json()
    client.pay(answer).raise_for_status()
    event = event_of(answer)
    with ThreadPoolExecutor(20) as pool:
        statuses = [each.status_code for each in pool.map(lambda _: deliver(client, event), range(20))]
    assert statuses == [200] * 20
    assert client.completed(answer["purchase_id"])["status"] == "paid"
    assert engine.count(f"WorkflowType = 'PaymentSuccess' AND PaymentId = '{answer['payment_id']}'") == 1
    assert [e["type"] for e in client.notified(answer["purchase_id"], "payment.success")] == ["payment.success"]


def test_a_process_that_dies_is_replaced_and_what_it_counted_stays(several: Stack, client: Shop) -> None:
    """The others answer meanwhile; a sum never goes down."""
    deliver(client, {"id": "evt_other", "object": "event", "type": "customer.created", "data": {"object": {}}})
    before = counted(several, "intake_webhooks_total", "ignored")
    assert before >= 1
    for worker in workers(several):
        worker.kill()
        psutil.wait_procs([worker])
        Shop.until(lambda: httpx.get(url(several, "/ready"), timeout=PATIENCE_S).status_code, (200).__eq__, "an answer")
    Shop.until(lambda: len(workers(several)), PROCESSES.__eq__, "three processes")
    assert counted(several, "intake_webhooks_total", "ignored") >= before


def test_an_orderly_stop_answers_who_waits(several: Stack, client: Shop, basket: Basket) -> None:
    """SIGTERM while an opening waits for its worker: it is answered, the processes end, and no counts are left."""
    engine = TemporalServer(several.description)
    intake = several.processes["intake"].pid
    counts = list(Path(tempfile.gettempdir()).glob(f"buy-projects-metrics-{intake}-*"))
    assert len(counts) == 1
    with ThreadPoolExecutor(1) as pool:
        with stopped(several, "start_payment_worker"):
            openings = engine.count("PurchaseStatus = 'opening'")
            waiting = pool.submit(client.open, *basket)
            client.until(lambda: engine.count("PurchaseStatus = 'opening'"), (openings + 1).__eq__, "it to wait", 10)
            os.kill(intake, signal.SIGTERM)
        assert waiting.result().status_code == 201
    client.until(lambda: several.processes["intake"].code, lambda code: code == 0, "the end", 20)
    assert not counts[0].exists()
    left = counts[0].with_name("buy-projects-metrics-999999999-killed")
    left.mkdir()
    several.restart("intake")
    assert not left.exists()
    assert client.open(*basket).status_code == 201

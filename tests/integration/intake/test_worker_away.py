"""The worker of the openings is away or hangs: its buyers wait and are told to repeat, nobody else notices."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.integration.hold import stopped
from tests.integration.intake.conftest import Basket, deliver, event_of
from tests.integration.newcomers import newcomer
from tests.integration.temporal import TemporalServer
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

WORKER = "start_payment_worker"


def test_a_crowd_that_waits_for_the_worker_holds_nobody_up(
    own: Stack, client: Shop, engine: TemporalServer, basket: Basket, answer: dict[str, Any]
) -> None:
    """Some buyers wait for an answer, most are refused before a saga begins, and all others are answered meanwhile."""
    intake = client.stack["processes"]["intake"]["url"]
    crowd_of = {uuid.uuid4().hex: newcomer() for _ in range(64)}

    def opened(key: str) -> httpx.Response:
        return client.open(*basket, key=key, buyer=crowd_of[key])

    with ThreadPoolExecutor(len(crowd_of)) as pool:
        with stopped(own, WORKER):
            crowd = [pool.submit(opened, key) for key in crowd_of]
            client.until(lambda: sum(buyer.done() for buyer in crowd), (1).__le__, "some to be refused")
            client.until(lambda: engine.count("PurchaseStatus = 'opening'"), (1).__le__, "some to wait")
            assert httpx.get(f"{intake}/health").status_code == 200
            assert deliver(client, event_of(answer)).status_code == 200
            assert client.purchase(answer["purchase_id"])["purchase_id"] == answer["purchase_id"]
            assert engine.count("PurchaseStatus = 'opening'") < len(crowd)
        assert {buyer.result().status_code for buyer in crowd} <= {201, 503}
    repeated = [opened(key) for key in crowd_of]
    assert {response.status_code for response in repeated} == {201}
    assert len({response.json()["purchase_id"] for response in repeated}) == len(crowd_of)
    assert engine.status(f"payment-success/{answer['payment_id']}")

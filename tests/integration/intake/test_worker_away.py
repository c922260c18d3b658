"""The worker of the openings is away or hangs: its buyers wait and are told to repeat, nobody else notices."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from tests.integration.engine import Engine
from tests.integration.hold import killed, stopped
from tests.integration.intake.conftest import Basket, deliver, event_of
from tests.integration.newcomers import newcomer
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

Away = Callable[..., AbstractContextManager[None]]
WORKER = "start_payment_worker"


@pytest.mark.parametrize("away", [killed, stopped])
def test_the_same_key_later_gets_the_one_answer(own: Stack, client: Shop, basket: Basket, away: Away) -> None:
    """Without a worker 503 says to repeat; the same key then gets the answer of the one purchase."""
    key = uuid.uuid4().hex
    with away(own, WORKER):
        refused = client.open(*basket, key=key)
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (503, "dependency-unavailable")
        assert int(refused.headers["Retry-After"]) > 0
    answers = [client.open(*basket, key=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], [answer.text for answer in answers]
    assert answers[0].json() == answers[1].json()
    purchase_id = answers[0].json()["purchase_id"]
    assert len(list(client.pages("payments", "/payments", purchase_id=purchase_id))) == 1


def test_a_crowd_that_waits_for_the_worker_holds_nobody_up(
    own: Stack, client: Shop, engine: Engine, basket: Basket, answer: dict[str, Any]
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

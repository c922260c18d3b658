"""A process that is away for a moment, on a stack of its own: clear answers, and the same key later."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from devstack.shop import Shop, item
from devstack.stack import Stack, StackOptions

Basket = tuple[list[dict[str, str]], int]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose processes these tests may end."""
    with Stack(StackOptions(data=tmp_path_factory.mktemp("away"))) as running:
        yield running


@pytest.fixture
def client(own: Stack) -> Iterator[Shop]:
    """A shop on that stack."""
    with Shop(own.description) as shop:
        yield shop


@pytest.fixture
def basket(client: Shop) -> Basket:
    """1.500 tCO2e and their price."""
    return [item(client.milestones()["mangrove-2"], "1.500")], 1800


def test_a_worker_that_is_restarted_loses_nothing(own: Stack, client: Shop, basket: Basket) -> None:
    """SIGTERM between payment and delivery: what runs is finished or taken up again, and done once."""
    answers: list[dict[str, Any]] = [client.open(*basket).json() for _ in range(4)]
    for answer in answers:
        client.pay(answer).raise_for_status()
    own.restart("payment_success_worker")
    for answer in answers:
        assert client.settled(answer["purchase_id"])["status"] == "paid"
        assert len(client.notified(answer["purchase_id"], "payment.success")) == 1


def test_a_key_gets_its_answer_when_the_worker_is_back(own: Stack, client: Shop, basket: Basket) -> None:
    """Without a worker 503 says to repeat; the same key then gets the one answer."""
    own.kill("start_payment_worker")
    key = uuid.uuid4().hex
    away = client.open(*basket, key=key)
    assert (away.status_code, away.json()["type"].rpartition("/")[2]) == (503, "dependency-unavailable")
    assert int(away.headers["Retry-After"]) > 0
    own.restart("start_payment_worker")
    back = client.open(*basket, key=key)
    assert back.status_code == 201
    assert back.headers["Idempotent-Replayed"] == "true"


def test_an_engine_that_is_away_is_said_at_once(own: Stack, client: Shop, basket: Basket) -> None:
    """Without Temporal buyers and Stripe get 503 soon, and everything goes on when it is back."""
    waiting = client.open(*basket).json()
    own.kill("temporal")
    response = client.open(*basket)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    client.pay(waiting).raise_for_status()
    own.restart("temporal")
    # Stripe's webhook was refused meanwhile; it comes again.
    assert client.settled(waiting["purchase_id"], timeout_s=60)["status"] == "paid"

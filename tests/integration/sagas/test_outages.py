"""Each callee is away while purchases are opened and delivered: paid ones wait, openings are given up, nobody hangs."""

import asyncio
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest

from domain.keys import purchase_id_of
from tests.integration.hold import killed, stopped
from tests.integration.newcomers import newcomer
from tests.integration.sagas.provider import SimulatedProvider
from tests.integration.settings import restarted_with
from tests.integration.temporal import TemporalServer
from tools.devstack.audit import audit_stack
from tools.devstack.shop import Shop, item, reference
from tools.devstack.stack import Stack

# As long as a buyer waits here for an opening; it answers before the intake's own limit of 10 s, which would be a 503.
OPENING_TIMEOUT_S = 4
Away = Callable[..., AbstractContextManager[None]]
Basket = tuple[list[dict[str, str]], int]


@pytest.fixture(scope="module")
def own(battered: Stack) -> Iterator[Stack]:
    """The stack whose processes tests may end, with buyers who are impatient."""
    with restarted_with(battered, "intake", OPENING_TIMEOUT=str(OPENING_TIMEOUT_S)) as running:
        yield running


@pytest.fixture
def client(own: Stack) -> Iterator[Shop]:
    """A shop on that stack, for a buyer of the test's own."""
    with Shop(own.description, newcomer()) as shop:
        yield shop


@pytest.fixture(scope="module")
def engine(own: Stack) -> TemporalServer:
    """That stack's Temporal."""
    return TemporalServer(own.description)


@pytest.fixture
def basket(client: Shop) -> Basket:
    """0.100 tCO2e and their price."""
    return [item(client.milestones()["mangrove-2"], "0.100")], 120


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and kind of a refusal."""
    return response.status_code, str(response.json()["type"]).rpartition("/")[2]


# One that is called by HTTP, and the broker, with the saga that waits for it; all the others in virtual time:
# tests/sagas/test_outages.py.
WAITS = {"users": "payment-success/{payment_id}", "rabbitmq": "purchase/{purchase_id}"}


@pytest.mark.parametrize("callee", WAITS)
def test_a_paid_purchase_waits_and_finishes_by_itself(
    own: Stack, client: Shop, engine: TemporalServer, basket: Basket, callee: str
) -> None:
    """The buyer has paid and the callee is away: the purchase is on its way, and delivered when the callee is back."""
    answer = client.open(*basket).json()
    with stopped(own, "payment_success_worker"):
        client.pay(answer).raise_for_status()
        engine.wait_until_there(f"payment-success/{answer['payment_id']}")
        own.kill(callee)
    engine.wait_until_retried(WAITS[callee].format_map(answer))
    assert client.purchase(answer["purchase_id"])["status"] in {"awaiting_payment", "processing"}
    own.restart(callee)
    assert client.completed(answer["purchase_id"])["status"] == "paid"
    assert [e["type"] for e in client.notified(answer["purchase_id"], "payment.success")] == ["payment.success"]


def test_money_that_goes_back_before_the_delivery_buys_nothing(
    own: Stack, client: Shop, engine: TemporalServer, basket: Basket
) -> None:
    """Users stands still with the delivery in its hands; meanwhile all is refunded by hand."""
    answer = client.open(*basket).json()
    with stopped(own, "users"):
        client.pay(answer).raise_for_status()
        engine.wait_until_held(f"payment-success/{answer['payment_id']}", "deliver-offset")
        SimulatedProvider(own, client).ask("POST", "/v1/refunds", data={"payment_intent": reference(answer)})
    assert client.completed(answer["purchase_id"])["status"] == "refunded"
    offsets = client.pages("users", f"/users/{client.buyer}/offsets")
    assert answer["payment_id"] not in {offset["payment_id"] for offset in offsets}


@pytest.mark.parametrize("away", [killed, stopped])
def test_an_opening_is_given_up_for_good(own: Stack, client: Shop, basket: Basket, away: Away) -> None:
    """Crashed or hanging: `opening-failed` in time, always the same answer, and undone in peace."""
    key = uuid.uuid4().hex
    with away(own, "payments"):
        answers = [client.open(*basket, key=key) for _ in range(2)]
    purchase = client.completed(purchase_id_of(client.buyer, key))
    answers.append(client.open(*basket, key=key))
    assert [refusal(answer) for answer in answers] == [(409, "opening-failed")] * 3
    assert (purchase["status"], purchase["reason"]) == ("rejected", "opening-failed")
    payments = client.pages("payments", "/payments", purchase_id=purchase["purchase_id"])
    assert {payment["status"] for payment in payments} == {"canceled"}
    assert client.notifications(purchase["purchase_id"]) == []


def test_the_records_add_up(client: Shop) -> None:
    """After every outage: nothing held, nothing authorised, charged is what was delivered."""
    assert asyncio.run(audit_stack(client.stack)).faults == ()

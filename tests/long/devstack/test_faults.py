"""Links that break and processes that are killed, on a real stack: purchases wait and finish."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from temporalio.client import Client

from tests.integration.newcomers import newcomer
from tools.devstack.links import Links
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack, StackOptions

LATENCY_MS = 200


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose links may be broken and whose processes may be killed."""
    with Stack(StackOptions(data=tmp_path_factory.mktemp("faults"), links=True)) as running:
        yield running


@pytest.fixture
def client(own: Stack) -> Iterator[Shop]:
    """A shop on that stack, past all links."""
    with Shop(own.description) as shop:
        yield shop


@pytest.fixture
def links(own: Stack) -> Iterator[Links]:
    """The links, whole again after the test."""
    links = Links(own.description)
    yield links
    for name in links.names:
        links.heal(name)


def opened(client: Shop, buyer: str | None = None) -> dict[str, Any]:
    """An open purchase of 1.500 tCO2e."""
    response = client.open([item(client.milestones()["mangrove-2"], "1.500")], 1800, buyer=buyer)
    assert response.status_code == 201, response.text
    return dict(response.json())


async def tries(temporal: Mapping[str, Any], payment_id: str) -> int:
    """How often the step that the delivery is at was tried."""
    engine = await Client.connect(temporal["address"])
    found = engine.list_workflows(f'WorkflowId = "payment-success/{payment_id}"')
    async for saga in found:
        described = await engine.get_workflow_handle(saga.id).describe()
        return max((step.attempt for step in described.raw_description.pending_activities), default=0)
    return 0


@pytest.mark.parametrize("fault", [Links.cut, Links.half_open])
def test_a_paid_purchase_waits_for_a_link(
    own: Stack, client: Shop, links: Links, fault: Callable[[Links, str], None]
) -> None:
    """The step is tried again, where nothing ever comes back too; it is done when the link is whole."""
    answer = opened(client)
    fault(links, "users")
    client.pay(answer).raise_for_status()
    temporal = own.description["temporal"]
    client.until(lambda: asyncio.run(tries(temporal, answer["payment_id"])), lambda tried: tried > 1, "a second try")
    # The saga tells the purchase once it has been under way for a second.
    purchase_id = answer["purchase_id"]
    client.until(lambda: client.purchase(purchase_id)["status"], lambda status: status == "processing", "processing")
    links.heal("users")
    assert client.completed(purchase_id)["status"] == "paid"
    assert len(client.notified(purchase_id, "payment.success")) == 1


def test_a_slow_link_is_slow_in_each_direction(client: Shop, links: Links) -> None:
    """An opening over it takes at least its latency twice, and works."""
    links.slow("payments", LATENCY_MS, 0)
    began = time.monotonic()
    opened(client)
    assert time.monotonic() - began >= 2 * LATENCY_MS / 1000
    links.heal("payments")
    assert opened(client)["status"] == "awaiting_payment"


def test_every_process_survives_a_kill(own: Stack, client: Shop, links: Links) -> None:
    """Each is killed and started again in turn: purchases opened before are paid and delivered once afterwards."""
    # Nothing that an opening needs.
    links.cut("rabbitmq")
    answers = []
    for name in own.processes:
        # More purchases are open at once than one buyer may have.
        buyer = newcomer()
        answers.append((buyer, opened(client, buyer)))
        own.kill(name)
        assert [process.spec.name for process in own.dead()] == [name]
        own.restart(name)
        assert own.dead() == []
    for _, answer in answers:
        client.pay(answer).raise_for_status()
    # The proxies are whole again, for theirs was killed too.
    for buyer, answer in answers:
        assert client.completed(answer["purchase_id"], buyer=buyer)["status"] == "paid"
        assert len(client.notified(answer["purchase_id"], "payment.success")) == 1

"""What an operator finds in Temporal: attributes, summaries, retention, and histories that replay."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.worker import Replayer

from engine import data_converter
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack
from workflows.attributes import BUYER_ID, PAYMENT_ID, PROJECT_ID, PURCHASE_STATUS
from workflows.payment_failed import PaymentFailed
from workflows.payment_success import PaymentSuccess
from workflows.start_payment import StartPayment

# As many histories as make every branch of the runs before likely, and replay in seconds.
HISTORIES_MAX = 200


@pytest.fixture
async def temporal(stack: Stack) -> Client:
    """A client of the stack's server."""
    where = stack.description["temporal"]
    return await Client.connect(where["address"], namespace=where["namespace"], data_converter=data_converter())


async def test_search_attributes_and_summaries_tell_the_purchase(
    shop: Shop, temporal: Client, basket: tuple[list[dict[str, str]], int]
) -> None:
    """A purchase is found by its status, payment, buyer and project, and reads as a sentence."""
    answer: dict[str, Any] = shop.open(*basket).json()
    shop.pay(answer).raise_for_status()
    shop.completed(answer["purchase_id"])
    description = await temporal.get_workflow_handle(f"purchase/{answer['purchase_id']}").describe()
    attributes = description.typed_search_attributes
    assert attributes[PURCHASE_STATUS] == "paid"
    assert attributes[PAYMENT_ID] == answer["payment_id"]
    assert attributes[BUYER_ID] == shop.buyer
    assert list(attributes[PROJECT_ID]) == ["mangrove"]
    assert await description.static_summary() == "Buy 1.500 tCO2e of mangrove-2 for 18.00 USD"


async def test_the_namespace_keeps_histories_for_30_days(temporal: Client) -> None:
    """As long as Stripe keeps its events: until then a late one finds its saga."""
    described = await temporal.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=30)


async def test_every_history_replays(shop: Shop, temporal: Client, basket: tuple[list[dict[str, str]], int]) -> None:
    """The sagas are deterministic: what a worker did, another can take over at any point."""
    answer: dict[str, Any] = shop.open(*basket).json()
    shop.pay(answer, "pm_card_chargeDeclined")
    shop.completed(answer["purchase_id"])
    replayer = Replayer(workflows=[StartPayment, PaymentSuccess, PaymentFailed], data_converter=data_converter())
    replayed: set[str] = set()
    async for execution in temporal.list_workflows(limit=HISTORIES_MAX):
        handle = temporal.get_workflow_handle(execution.id, run_id=execution.run_id)
        await replayer.replay_workflow(await handle.fetch_history())
        replayed.add(execution.workflow_type)
    assert replayed == {"StartPayment", "PaymentSuccess", "PaymentFailed"}

"""What an operator finds in Temporal: attributes, summaries, retention, and histories that replay."""

from typing import Any

import pytest
from temporalio.client import Client

from engine import data_converter
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack
from workflows.attributes import BUYER_ID, PAYMENT_ID, PROJECT_ID, PURCHASE_STATUS


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

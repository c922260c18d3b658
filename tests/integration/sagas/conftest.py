"""A buyer and an auditor at the stack that the run shares."""

from collections.abc import Iterator
from typing import Any

import pytest

from devstack.shop import Shop, item
from devstack.stack import Stack


@pytest.fixture(scope="session")
def shop(stack: Stack) -> Iterator[Shop]:
    """A client of the stack."""
    with Shop(stack.description) as client:
        yield client


@pytest.fixture
def mangrove(shop: Shop) -> dict[str, Any]:
    """A milestone with stock for every test."""
    return shop.milestones()["mangrove-2"]


@pytest.fixture
def basket(mangrove: dict[str, Any]) -> tuple[list[dict[str, str]], int]:
    """Items and their price: 1.500 tCO2e at 1200 a tonne."""
    return [item(mangrove, "1.500")], 1800

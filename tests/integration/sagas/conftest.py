"""A buyer and an auditor at the stack that the run shares, and a stack whose processes tests may stop and kill."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.newcomers import newcomer
from tests.integration.sagas.buyers import Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack


@pytest.fixture
def shop(stack: Stack) -> Iterator[Shop]:
    """A client of the stack, for a buyer of the test's own."""
    with Shop(stack.description, newcomer()) as client:
        yield client


@pytest.fixture
def mangrove(shop: Shop) -> dict[str, Any]:
    """A milestone with stock for every test."""
    return shop.milestones()["mangrove-2"]


@pytest.fixture
def basket(mangrove: dict[str, Any]) -> tuple[list[dict[str, str]], int]:
    """Items and their price: 1.500 tCO2e at 1200 a tonne."""
    return [item(mangrove, "1.500")], 1800


@pytest.fixture(scope="session")
def engine(battered: Stack) -> TemporalServer:
    """That stack's Temporal."""
    return TemporalServer(battered.description)


@pytest.fixture
def buyers(battered: Stack, engine: TemporalServer) -> Iterator[Buyers]:
    """That stack's buyers."""
    with Shop(battered.description) as shop, ThreadPoolExecutor(4) as pool:
        yield Buyers(shop, engine, pool)

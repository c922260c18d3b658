"""A stack that hears of its payments only what a test delivers, its buyer, and its Stripe."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.settings import restarted_with
from tests.integration.temporal import TemporalServer
from tests.integration.webhooks.stripe import SECRET, Basket, Stripe
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack


@pytest.fixture(scope="package")
def deaf(endpoints: Stack) -> Iterator[Stack]:
    """The intake is two processes; a buyer may leave purchases open."""
    environment = {"WEB_CONCURRENCY": "2", "STRIPE_WEBHOOK_SECRETS": SECRET}
    with restarted_with(
        endpoints, "intake", "projects", "stripe_simulator", MAX_OPEN_PURCHASES="100", **environment
    ) as running:
        yield running


@pytest.fixture(scope="package")
def shop(deaf: Stack) -> Iterator[Shop]:
    """A buyer and an auditor at that stack."""
    with Shop(deaf.description) as client:
        yield client


@pytest.fixture(scope="package")
def engine(deaf: Stack) -> TemporalServer:
    """That stack's Temporal."""
    return TemporalServer(deaf.description)


@pytest.fixture(scope="package")
def basket(shop: Shop) -> Basket:
    """0.100 tCO2e and their price: stock for many purchases."""
    return [item(shop.milestones()["mangrove-2"], "0.100")], 120


@pytest.fixture(scope="package")
def stripe(shop: Shop, basket: Basket) -> Iterator[Stripe]:
    """Stripe, as far as it sends events."""
    with ThreadPoolExecutor(64) as pool:
        stripe = Stripe(shop, basket, pool)
        stripe.send_nothing_by_itself()
        yield stripe

"""A stack with three processes of the intake, a Redis, and secrets that are easy to find again."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.identity import Scope, new_api_key
from tests.integration.intake.conftest import Basket
from tests.integration.redis_server import Redis, running_redis
from tools.devstack.description import token
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack, StackOptions

PROCESSES = 3
# For one buyer in a minute: more than any test asks as one buyer, except the one that goes beyond it.
LIMIT = 200
SECRETS = {
    "SERVICE_TOKEN": "needle-service-token-8d1f4c",
    "JWT_SECRET": "needle-jwt-secret-of-32-bytes-or-more-5b7e",
    "STRIPE_SECRET_KEY": "sk_test_needle_3c9a",
    "STRIPE_WEBHOOK_SECRETS": "whsec_needle_old_71d0,whsec_needle_new_e2b4",
}


@pytest.fixture(scope="package")
def redis() -> Iterator[Redis]:
    """Where the processes count together."""
    with running_redis() as running:
        yield running


@pytest.fixture(scope="package")
def api_key() -> tuple[str, str]:
    """A server's key that may do everything, and its entry in the settings."""
    return new_api_key("needle", list(Scope))


@pytest.fixture(scope="package")
def several(tmp_path_factory: pytest.TempPathFactory, redis: Redis, api_key: tuple[str, str]) -> Iterator[Stack]:
    """The stack."""
    environment = SECRETS | {
        "WEB_CONCURRENCY": str(PROCESSES),
        "RATE_LIMIT_BUYER": f"{LIMIT}/minute",
        "RATE_LIMIT_STORAGE_URL": redis.url,
        "API_KEYS": api_key[1],
    }
    with Stack(StackOptions(data=tmp_path_factory.mktemp("several"), environment=environment)) as running:
        yield running


@pytest.fixture
def client(several: Stack) -> Iterator[Shop]:
    """A shop on that stack."""
    with Shop(several.description) as shop:
        yield shop


@pytest.fixture
def basket(client: Shop) -> Basket:
    """0.100 tCO2e and their price."""
    return [item(client.milestones()["mangrove-2"], "0.100")], 120


def bearer(buyer: str) -> dict[str, str]:
    """A buyer's header on that stack."""
    claims: dict[str, Any] = {"JWT_ISSUER": "buy-projects", "JWT_AUDIENCE": "buy-projects"}
    return {"Authorization": f"Bearer {token(claims | SECRETS, buyer)}"}

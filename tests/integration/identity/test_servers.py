"""A server that buys and cancels for a buyer, and the buyer who does so, on real parts."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.identity.conftest import token
from tests.integration.identity.intake import RunningIntake
from tests.integration.identity.provider import IdentityProvider
from tests.integration.newcomers import newcomer
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack


@pytest.fixture
def shop(stack: Stack) -> Iterator[Shop]:
    """A buyer of the test's own, and an auditor."""
    with Shop(stack.description, newcomer()) as client:
        yield client


class Poster:
    """Whoever bears a credential: POSTs that may say on whose behalf."""

    def __init__(self, intake: RunningIntake, credential: str, **members: str) -> None:
        self._intake = intake
        self._credential = credential
        self._members = members

    def open(self, shop: Shop, key: str) -> httpx.Response:
        """Buy 0.100 tCO2e."""
        items = [item(shop.milestones()["mangrove-2"], "0.100")]
        return self._post("/purchases", key, {"items": items, "amount": 120, "currency": "usd"})

    def cancel(self, purchase_id: str) -> httpx.Response:
        """Cancel a purchase."""
        return self._post(f"/purchases/{purchase_id}/cancel", "", {})

    def _post(self, path: str, key: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._credential}", "Idempotency-Key": key}
        return self._intake.http.post(path, json=body | self._members, headers=headers)


@pytest.fixture
def server(intake: RunningIntake, api_key: tuple[str, str], shop: Shop) -> Poster:
    """The server, for that buyer."""
    return Poster(intake, api_key[0], on_behalf_of=shop.buyer)


@pytest.fixture
def buyer(intake: RunningIntake, provider: IdentityProvider, shop: Shop) -> Poster:
    """The buyer, by the provider's token."""
    return Poster(intake, token(provider.keys["first"], "first", shop.buyer))


def test_a_server_cancels_what_the_buyer_has_opened(shop: Shop, server: Poster, buyer: Poster) -> None:
    """Both share the buyer's keys, and each is answered as the other was."""
    key = uuid.uuid4().hex
    opened = buyer.open(shop, key)
    again = server.open(shop, key)
    assert (opened.status_code, again.status_code, opened.json()) == (201, 201, again.json())
    known = opened.json()["purchase_id"]

    for caller in (server, buyer):
        canceled = caller.cancel(known)
        assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled"), canceled.text

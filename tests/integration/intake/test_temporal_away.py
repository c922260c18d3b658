"""Temporal is away: clear answers meanwhile, nothing acknowledged that is not stored, and back without a restart."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from tests.integration.hold import killed, stopped
from tests.integration.intake.conftest import Basket, deliver, event_of, refused
from tests.integration.temporal import TemporalServer
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

Away = Callable[..., AbstractContextManager[None]]


@pytest.mark.parametrize("away", [killed, stopped])
def test_every_door_says_at_once_that_temporal_is_away(
    own: Stack, client: Shop, engine: TemporalServer, basket: Basket, away: Away
) -> None:
    """Crashed or hanging: buyers and Stripe get 503 while it is; back, the same intake answers the same questions."""
    key = uuid.uuid4().hex
    answer = client.open(*basket).json()
    intake, url = own.processes["intake"].pid, f"{client.stack['processes']['intake']['url']}/purchases"
    # The provider knows nothing of it: the saga that this starts looks and finds nothing paid.
    event = event_of(answer)

    def show() -> httpx.Response:
        return httpx.get(f"{url}/{answer['purchase_id']}", headers=client.buyer_headers(), timeout=PATIENCE_S)

    with away(own, "temporal"):
        assert refused(client.open(*basket, key=key))
        assert refused(show())
        assert refused(httpx.get(url, headers=client.buyer_headers(), timeout=PATIENCE_S))
        assert refused(deliver(client, event))
    assert client.until(lambda: client.open(*basket, key=key), lambda r: r.status_code == 201, "the answer")
    assert show().status_code == 200
    assert deliver(client, event).status_code == 200
    assert engine.status(f"payment-success/{answer['payment_id']}")
    assert own.processes["intake"].pid == intake


def test_what_stripe_was_told_is_stored_outlives_temporal(
    own: Stack, client: Shop, engine: TemporalServer, answer: dict[str, Any]
) -> None:
    """200 to a webhook, and Temporal is killed at once: the saga is there when it is back."""
    assert deliver(client, event_of(answer)).status_code == 200
    with killed(own, "temporal"):
        pass
    assert engine.status(f"payment-success/{answer['payment_id']}")

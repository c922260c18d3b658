"""Payments or Projects hangs or is gone: who needs it is told so in time, nobody else notices."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from app.bulkheads import CATALOGUE_MAX
from tests.integration.hold import killed, stopped
from tests.integration.intake.conftest import Basket, deliver, event_of
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

Away = Callable[..., AbstractContextManager[None]]
# More than there are places for the catalogue.
CROWD = CATALOGUE_MAX + 32


def got(client: Shop, path: str) -> httpx.Response:
    """GET at the intake, as alice."""
    url = f"{client.stack['processes']['intake']['url']}{path}"
    return httpx.get(url, headers=client.buyer_headers(), timeout=PATIENCE_S)


def unavailable(response: httpx.Response) -> bool:
    """Whether it is a 503 that says when to come again."""
    kind = response.json()["type"].rpartition("/")[2]
    return (response.status_code, kind) == (503, "dependency-unavailable") and int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("away", [killed, stopped])
def test_without_projects_there_is_no_catalogue_and_everything_else(
    own: Stack, client: Shop, answer: dict[str, Any], away: Away
) -> None:
    """A crowd that waits for the catalogue fills its own places alone: buyers, Stripe and the platform are answered."""
    event = event_of(answer, "payment_intent.payment_failed")
    with away(own, "projects"), ThreadPoolExecutor(CROWD) as pool:
        crowd = [pool.submit(got, client, "/projects") for _ in range(CROWD)]
        assert got(client, "/health").status_code == 200
        assert got(client, "/config").status_code == 200
        assert got(client, "/purchases").status_code == 200
        assert got(client, f"/purchases/{answer['purchase_id']}").status_code == 200
        assert deliver(client, event).status_code == 200
        assert all(unavailable(waiting.result()) for waiting in crowd)
    client.until(lambda: got(client, "/projects").status_code, (200).__eq__, "the catalogue")


@pytest.mark.parametrize("away", [killed, stopped])
def test_without_payments_an_open_purchase_is_shown_and_nothing_is_sold(
    own: Stack, client: Shop, basket: Basket, answer: dict[str, Any], away: Away
) -> None:
    """Its records are missing, and say so; the catalogue, Stripe and the platform are answered, and the key is good."""
    key = uuid.uuid4().hex
    event = event_of(answer, "payment_intent.payment_failed")
    with away(own, "payments"), ThreadPoolExecutor(8) as pool:
        crowd = [pool.submit(got, client, "/purchases") for _ in range(7)]
        opening = pool.submit(client.open, *basket, key=key)
        assert got(client, "/health").status_code == 200
        assert got(client, "/projects").status_code == 200
        assert got(client, f"/purchases/{answer['purchase_id']}").json()["purchase_id"] == answer["purchase_id"]
        assert deliver(client, event).status_code == 200
        assert all(unavailable(waiting.result()) for waiting in crowd)
        assert unavailable(opening.result())
    # As long as it is not given up (OPENING_TIMEOUT) the same key brings the purchase.
    client.until(lambda: client.open(*basket, key=key).status_code, (503).__ne__, "an answer")
    final = client.open(*basket, key=key)
    assert final.status_code == 201 or final.json()["type"].endswith("/opening-failed")

"""A stack whose processes the tests of this folder may stop and kill, its buyer, and its Stripe."""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from stripe import WebhookSignature

from tests.integration.newcomers import newcomer
from tests.integration.temporal import TemporalServer
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop, item, reference
from tools.devstack.stack import Stack

Basket = tuple[list[dict[str, str]], int]


@pytest.fixture(scope="package")
def own(endpoints: Stack) -> Stack:
    """The stack, with the intake as it is by default."""
    return endpoints


@pytest.fixture
def client(own: Stack) -> Iterator[Shop]:
    """A shop on that stack, for a buyer of the test's own."""
    with Shop(own.description, newcomer()) as shop:
        yield shop


@pytest.fixture(scope="package")
def engine(own: Stack) -> TemporalServer:
    """That stack's Temporal."""
    return TemporalServer(own.description)


@pytest.fixture
def basket(client: Shop) -> Basket:
    """0.100 tCO2e and their price: stock for many purchases."""
    return [item(client.milestones()["mangrove-2"], "0.100")], 120


@pytest.fixture
def answer(client: Shop, basket: Basket) -> dict[str, Any]:
    """An open purchase."""
    response = client.open(*basket)
    assert response.status_code == 201, response.text
    return dict(response.json())


def event_of(answer: dict[str, Any], kind: str = "payment_intent.succeeded") -> dict[str, Any]:
    """An event of Stripe's about the payment of a purchase."""
    ids = {name: answer[name] for name in ("purchase_id", "payment_id")}
    about = {"id": reference(answer), "object": "payment_intent", "metadata": ids}
    return {"id": f"evt_{uuid.uuid4().hex}", "object": "event", "type": kind, "data": {"object": about}}


def deliver(client: Shop, event: dict[str, Any]) -> httpx.Response:
    """Send an event to the intake as Stripe does."""
    payload = json.dumps(event)
    secret = client.stack["stripe"]["webhook_secrets"][0]
    signed = WebhookSignature.generate_signature_header(payload, secret, int(time.time()))
    url = f"{client.stack['processes']['intake']['url']}/webhooks/stripe"
    headers = {"Stripe-Signature": signed, "Content-Type": "application/json"}
    return httpx.post(url, content=payload, headers=headers, timeout=PATIENCE_S)


def refused(response: httpx.Response) -> bool:
    """Whether it is a 503 that says when to come again."""
    kind = response.json()["type"].rpartition("/")[2]
    return (response.status_code, kind) == (503, "dependency-unavailable") and int(response.headers["Retry-After"]) > 0

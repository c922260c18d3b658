"""Temporal hangs, refuses or is not set up: nothing is acknowledged that is not stored, and nobody else notices."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import cast

import httpx
import pytest
from flask.testing import FlaskClient
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from app import create_app
from app.factory import wired
from app.settings import IntakeSettings
from domain.ports import Payments
from engine import data_converter
from engine.purchases import Purchases
from tests.integration.hold import stopped
from tests.integration.temporal import TemporalServer
from tests.integration.webhooks.stripe import Stripe, statuses
from tests.unit.app.deliveries import OLD, event, send
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

SUCCEEDED = "payment_intent.succeeded"
CROWD = 60


def test_a_temporal_that_hangs_takes_nobody_with_it(
    deaf: Stack, shop: Shop, stripe: Stripe, engine: TemporalServer
) -> None:
    """Events of ours are 503 until it goes on, and stored then; buyers and all other events are answered meanwhile."""
    intake = deaf.description["processes"]["intake"]["url"]
    known, unknown = (
        stripe.told(stripe.opened(), SUCCEEDED),
        [stripe.told(stripe.opened(), SUCCEEDED) for _ in range(4)],
    )
    # Often enough for both processes to know it.
    assert set(statuses(stripe.deliver_at_once([known] * 20))) == {200}
    with stopped(deaf, "temporal"):
        crowd = stripe.deliver_at_once(unknown * (CROWD // len(unknown)))
        for path in ("/config", "/health", "/projects"):
            assert httpx.get(f"{intake}{path}", timeout=PATIENCE_S).status_code == 200
        foreign = [known | {"type": "charge.succeeded"}, known | {"livemode": True}, known | {"account": "acct_other"}]
        assert stripe.accepted(*foreign)
        assert set(statuses(crowd)) == {503}
        assert all(int(answer.result().headers["Retry-After"]) > 0 for answer in crowd)
    for one in unknown:
        shop.until(partial(stripe.deliver, one), lambda answer: answer.status_code == 200, "the event to be taken")
        assert engine.status(f"payment-success/{one['data']['object']['metadata']['payment_id']}")


Connect = Callable[[], Awaitable[Client]]


@contextmanager
def endpoint(connect: Connect) -> Iterator[FlaskClient]:
    """An intake whose way to Temporal is this one."""
    purchases = Purchases(cast("Payments", None), connect)
    config = IntakeSettings.model_construct(stripe_webhook_secrets=(OLD,))
    yield create_app(replace(wired(), purchases=purchases, config=config)).test_client()


def connecting(address: str, namespace: str) -> Connect:
    """Connects at the first call, as the intake does."""
    converter = data_converter()
    return lambda: Client.connect(address, namespace=namespace, data_converter=converter, lazy=True)


async def without_attributes(address: str) -> Client:
    """A client of a namespace that nobody has prepared."""
    client = await Client.connect(address, data_converter=data_converter())
    day = Duration(seconds=86_400)
    request = RegisterNamespaceRequest(namespace="unprepared", workflow_execution_retention_period=day)
    await client.workflow_service.register_namespace(request)
    return await Client.connect(address, namespace="unprepared", data_converter=data_converter())


@pytest.mark.parametrize("trouble", ["nobody listens", "no namespace", "no search attributes"])
def test_whatever_temporal_refuses_is_503(deaf: Stack, trouble: str) -> None:
    """An event of ours is never acknowledged, be Temporal away or set up wrongly; another one is."""
    address = deaf.description["temporal"]["address"]
    connect: dict[str, Connect] = {
        "nobody listens": connecting("127.0.0.1:1", "default"),
        "no namespace": connecting(address, "nowhere"),
        "no search attributes": lambda: without_attributes(address),
    }
    with endpoint(connect[trouble]) as client:
        refused = send(client, event())
        assert (refused.status_code, refused.get_json()["type"].rpartition("/")[2]) == (503, "dependency-unavailable")
        assert int(refused.headers["Retry-After"]) > 0
        assert send(client, event("charge.succeeded")).status_code == 200

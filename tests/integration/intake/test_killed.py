"""The intake is killed between Temporal's acceptance and its own answer."""

import os
import signal
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from domain.keys import purchase_id_of
from tests.integration.hold import stopped, unread
from tests.integration.intake.conftest import Basket
from tests.integration.temporal import TemporalServer
from tools.devstack.shop import Shop, reference
from tools.devstack.stack import Stack

# A request that starts a workflow has more bytes than this, a ping of HTTP/2 fewer.
REQUEST_BYTES = 200


@contextmanager
def killed_after_acceptance(own: Stack, engine: TemporalServer, workflow_id: str) -> Iterator[None]:
    """Let what the block asks of the intake reach Temporal, and kill the intake before it hears of the acceptance."""
    count = unread(own, reader="temporal", writer="intake")
    seen = [0, 0]

    def asked() -> bool:
        # It comes in parts: the request is whole when nothing more has come since the last look.
        seen[:] = seen[1], count()
        return seen[0] == seen[1] > REQUEST_BYTES

    try:
        with stopped(own, "temporal"):
            yield
            Shop.until(asked, bool, "the intake to ask Temporal")
            os.killpg(own.processes["intake"].pid, signal.SIGSTOP)
        engine.wait_until_there(workflow_id)
    finally:
        own.kill("intake")
        own.restart("intake")


def test_stripes_repeat_does_no_harm(own: Stack, client: Shop, engine: TemporalServer, answer: dict[str, Any]) -> None:
    """The event's saga is started and the event not acknowledged: Stripe sends it again, and one saga delivers once."""
    saga = f"payment-success/{answer['payment_id']}"
    with killed_after_acceptance(own, engine, saga):
        client.pay(answer).raise_for_status()
    run = engine.run_id(saga)
    assert client.completed(answer["purchase_id"])["status"] == "paid"
    acknowledged = lambda events: not any(event["pending_webhooks"] for event in events)  # noqa: E731
    client.until(lambda: client.provider_events(reference(answer)), acknowledged, "Stripe's repeat")
    assert engine.run_id(saga) == run
    assert [e["type"] for e in client.notified(answer["purchase_id"], "payment.success")] == ["payment.success"]


def test_the_buyers_repeat_gets_the_same_purchase(
    own: Stack, client: Shop, engine: TemporalServer, basket: Basket
) -> None:
    """The purchase is accepted and the answer lost: the same key gets the answer of the one purchase."""
    key = uuid.uuid4().hex
    known = purchase_id_of(client.buyer, key)
    with ThreadPoolExecutor(1) as pool:
        with killed_after_acceptance(own, engine, f"purchase/{known}"):
            lost = pool.submit(client.open, *basket, key=key)
        with pytest.raises(httpx.TransportError):
            lost.result()
    response = client.open(*basket, key=key)
    assert (response.status_code, response.json()["purchase_id"]) == (201, known)
    assert response.headers["Idempotent-Replayed"] == "true"
    assert len(list(client.pages("payments", "/payments", purchase_id=known))) == 1

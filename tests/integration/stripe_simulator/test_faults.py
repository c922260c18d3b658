"""Faults on purpose, as the official SDK and a real endpoint meet them."""

from collections.abc import Iterator

import httpx
import pytest
import stripe

from tests.integration.stripe_simulator.process import SimulatorProcess

NEW: stripe.params.PaymentIntentCreateParams = {
    "amount": 1800,
    "currency": "usd",
    "allowed_payment_method_types": ["card"],
}
AUTH = ("sk_test_development", "")


@pytest.fixture
def faults(simulator: SimulatorProcess) -> Iterator[str]:
    """The controls' address; everything is whole afterwards."""
    url = f"{simulator.url}/simulator/faults"
    yield url
    httpx.delete(url, auth=AUTH).raise_for_status()


def test_a_lost_answer_is_a_connection_error_and_its_key_has_the_answer(
    client: stripe.StripeClient, faults: str
) -> None:
    """No byte comes back: neither status nor body; the same key finds what was done."""
    httpx.put(faults, json={"answers": {"lose": 1}}, auth=AUTH).raise_for_status()
    with pytest.raises(stripe.APIConnectionError) as lost:
        client.v1.payment_intents.create(NEW, {"idempotency_key": "lost"})
    counts = httpx.delete(faults, auth=AUTH).json()["done"]
    made = client.v1.payment_intents.create(NEW, {"idempotency_key": "lost"})
    assert (lost.value.http_status, counts["lost"]) == (None, 1)
    assert made.last_response is not None
    assert made.last_response.headers["Idempotent-Replayed"] == "true"

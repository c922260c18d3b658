"""What a user of Stripe's SDK expects, from the simulator."""

import uuid

import pytest
import stripe

from tests.integration.stripe_simulator.process import SimulatorProcess

NEW: stripe.params.PaymentIntentCreateParams = {
    "amount": 1800,
    "currency": "usd",
    "allowed_payment_method_types": ["card"],
    "metadata": {"purchase_id": "p1"},
}


def test_errors_are_the_sdks_classes(client: stripe.StripeClient, simulator: SimulatorProcess) -> None:
    """Missing objects, small amounts, reused keys and wrong keys raise what Stripe's would."""
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v1.payment_intents.retrieve("pi_none")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError) as small:
        client.v1.payment_intents.create({**NEW, "amount": 49})
    assert small.value.code == "amount_too_small"
    key = uuid.uuid4().hex
    client.v1.payment_intents.create(NEW, {"idempotency_key": key})
    with pytest.raises(stripe.IdempotencyError):
        client.v1.payment_intents.create({**NEW, "amount": 1900}, {"idempotency_key": key})
    stranger = stripe.StripeClient("sk_test_wrong", base_addresses={"api": simulator.url})
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.payment_intents.list()

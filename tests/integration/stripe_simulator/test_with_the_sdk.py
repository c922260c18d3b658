"""What a user of Stripe's SDK expects, from the simulator."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.integration.stripe_simulator.endpoint import Endpoint
from tests.integration.stripe_simulator.process import SimulatorProcess

NEW: stripe.params.PaymentIntentCreateParams = {
    "amount": 1800,
    "currency": "usd",
    "allowed_payment_method_types": ["card"],
    "metadata": {"purchase_id": "p1"},
}


def confirmed(client: stripe.StripeClient, card: str, **extra: object) -> stripe.PaymentIntent:
    """A new intent, confirmed at once."""
    return client.v1.payment_intents.create({**NEW, "confirm": True, "payment_method": card, **extra})  # type: ignore[typeddict-item]


def test_a_payment_succeeds_and_is_told(client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """Create, confirm, read with the charge expanded; the webhook carries the metadata."""
    intent = client.v1.payment_intents.create(NEW)
    client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    paid = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert isinstance(paid.latest_charge, stripe.Charge)
    assert (paid.status, paid.latest_charge.amount_captured) == ("succeeded", 1800)
    (event, _), *_ = endpoint.wait_for("payment_intent.succeeded", intent.id)
    assert event.data.object["metadata"]["purchase_id"] == "p1"
    assert event.api_version == stripe.api_version


def test_a_decline_is_a_card_error(client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """The SDK's error tells the reason, the charge and the intent."""
    with pytest.raises(stripe.CardError) as declined:
        confirmed(client, "pm_card_visa_chargeDeclinedInsufficientFunds")
    told = declined.value.error
    assert told is not None
    assert (declined.value.http_status, told.code, told.decline_code) == (402, "card_declined", "insufficient_funds")
    assert told.payment_intent is not None
    assert told.payment_intent.status == "requires_payment_method"
    charges = client.v1.charges.list({"payment_intent": told.payment_intent.id})
    assert [(charge.id, charge.status) for charge in charges.data] == [(told.charge, "failed")]
    endpoint.wait_for("payment_intent.payment_failed", told.payment_intent.id)
    assert told.charge is not None
    endpoint.wait_for("charge.failed", told.charge)


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


def test_one_key_creates_one_intent_for_many_clients(client: stripe.StripeClient) -> None:
    """Sixteen at once under one key make one object; the SDK tries a 409 again, and gets the same."""
    key = uuid.uuid4().hex

    def create(_: int) -> stripe.PaymentIntent:
        # Ten: each pause is random and at most seconds, and the first call takes milliseconds.
        return client.v1.payment_intents.create(NEW, {"idempotency_key": key, "max_network_retries": 10})

    with ThreadPoolExecutor(16) as clients:
        made = list(clients.map(create, range(16)))
    headers = [intent.last_response.headers for intent in made if intent.last_response]
    assert len({intent.id for intent in made}) == 1
    assert sum("Idempotent-Replayed" in each for each in headers) == 15

"""What a user of Stripe's SDK expects, from the simulator."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
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


def test_processing_ends_by_itself(client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """The simulator's own cards are processing for the configured time, then succeed or fail."""
    good = confirmed(client, "pm_card_simulatorProcessing")
    bad = confirmed(client, "pm_card_simulatorProcessingDeclined")
    assert (good.status, bad.status) == ("processing", "processing")
    endpoint.wait_for("payment_intent.succeeded", good.id)
    endpoint.wait_for("payment_intent.payment_failed", bad.id)


def test_holds_are_captured_canceled_and_refunded(client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """Manual capture with every end that it can have."""
    held = confirmed(client, "pm_card_visa", capture_method="manual")
    released = confirmed(client, "pm_card_visa", capture_method="manual")
    endpoint.wait_for("payment_intent.amount_capturable_updated", held.id)
    assert client.v1.payment_intents.capture(held.id).amount_received == 1800
    assert client.v1.payment_intents.cancel(released.id).status == "canceled"
    refund = client.v1.refunds.create({"payment_intent": held.id, "amount": 800})
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    endpoint.wait_for("refund.created", refund.id)
    endpoint.wait_for("refund.updated", refund.id)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        client.v1.refunds.create({"payment_intent": held.id, "amount": 1001})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.cancel(held.id)
    assert refused.value.code == "payment_intent_unexpected_state"


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


def test_the_bank_page_works_in_a_browser(client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """3-D Secure from requires_action to success."""
    intent = confirmed(client, "pm_card_authenticationRequired")
    endpoint.wait_for("payment_intent.requires_action", intent.id)
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    address = intent.next_action.redirect_to_url.url
    assert address is not None
    secret = httpx.URL(address).params["client_secret"]
    assert "Approve" in httpx.get(address).text
    httpx.post(address, data={"client_secret": secret, "outcome": "approve"}).raise_for_status()
    endpoint.wait_for("payment_intent.succeeded", intent.id)


def test_all_events_can_be_listed(client: stripe.StripeClient) -> None:
    """The SDK pages through the events of one type until there are no more."""
    made = [client.v1.payment_intents.create(NEW).id for _ in range(3)]
    pages = client.v1.events.list({"type": "payment_intent.created", "limit": 2})
    seen = [event.data.object["id"] for event in pages.auto_paging_iter()]
    assert seen[:3] == made[::-1]

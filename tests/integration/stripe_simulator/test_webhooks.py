"""Delivery to a real endpoint: quick, repeated until taken, and not lost by a crash."""

import threading

import stripe

from tests.integration.stripe_simulator.endpoint import Endpoint
from tests.integration.stripe_simulator.process import SimulatorProcess

NEW: stripe.params.PaymentIntentCreateParams = {
    "amount": 1800,
    "currency": "usd",
    "allowed_payment_method_types": ["card"],
}
SUCCEEDED, CANCELED = "payment_intent.succeeded", "payment_intent.canceled"


def test_a_slow_answer_holds_nothing_back(client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """While some answers hang, other events are delivered."""
    release = threading.Event()

    def hang_for_the_paid(event: stripe.Event) -> int:
        if event.type == SUCCEEDED:
            release.wait(10)
        return 200

    endpoint.answer = hang_for_the_paid
    try:
        for _ in range(5):
            client.v1.payment_intents.create({**NEW, "confirm": True, "payment_method": "pm_card_visa"})
        endpoint.wait_for(CANCELED, client.v1.payment_intents.cancel(client.v1.payment_intents.create(NEW).id).id)
        assert not release.is_set()
    finally:
        release.set()
        endpoint.answer = lambda _: 200


def test_a_crash_loses_no_event_and_no_key(
    client: stripe.StripeClient, endpoint: Endpoint, simulator: SimulatorProcess
) -> None:
    """After kill -9 and a new start the undelivered event comes, and the idempotency key still stands."""
    endpoint.answer = lambda _: 503
    intent = client.v1.payment_intents.create(NEW, {"idempotency_key": "before-the-crash"})
    client.v1.payment_intents.cancel(intent.id)
    ((event, _),) = endpoint.wait_for(CANCELED, intent.id)[:1]
    assert event.api_version == stripe.api_version
    simulator.kill()
    endpoint.answer = lambda _: 200
    simulator.start()
    replayed = client.v1.payment_intents.create(NEW, {"idempotency_key": "before-the-crash"})
    assert replayed.id == intent.id
    endpoint.wait_for(CANCELED, intent.id, times=2)

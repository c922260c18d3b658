"""Webhooks' signatures, and what becomes of an event by the endpoint's answer."""

import json
import time

import pytest
import stripe
from pydantic import ValidationError
from sqlalchemy import update

from simulators.stripe.delivery import GIVE_UP_SECONDS, pause_seconds, signature
from simulators.stripe.models import Delivery, Event
from simulators.stripe.settings import SimulatorSettings
from tests.unit.simulators.stripe.simulator import Simulator


def test_while_a_secret_is_rolled_each_one_signs() -> None:
    """Who knows either takes the event; what nobody has signed proves nothing."""
    body = b'{"id": "evt_1"}'
    header = signature(body, ["whsec_old", "whsec_new"], time.time())
    for secret in ("whsec_old", "whsec_new"):
        assert stripe.WebhookSignature.verify_header(body.decode(), header, secret, tolerance=300)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(body.decode(), header, "whsec_other", tolerance=300)


def test_pauses_double_up_to_a_minute() -> None:
    """A second first, a minute at most, for days."""
    assert [pause_seconds(attempts) for attempts in (1, 2, 3, 7, 5000)] == [1, 2, 4, 60, 60]


def test_only_what_the_endpoint_has_subscribed_to_is_sent(simulator: Simulator) -> None:
    """A payment's creation and its charge are events that can be read, and nobody is told."""
    simulator.confirm(simulator.create())
    simulator.deliver_all()
    assert simulator.event_types() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    assert [json.loads(body)["type"] for body, _ in simulator.received] == ["payment_intent.succeeded"]


@pytest.mark.parametrize("status", [None, 301, 404, 503])
def test_an_event_waits_for_another_attempt(simulator: Simulator, status: int | None) -> None:
    """No answer, a redirect and an error are all failures."""
    simulator.confirm(simulator.create())
    simulator.endpoint_status = status
    before = time.time()
    assert simulator.deliverer.deliver(simulator.only_event().id) == status
    event = simulator.only_event()
    assert (event.delivery, event.attempts, event.last_status) == (Delivery.PENDING, 1, status)
    assert event.due_at >= before + 1


def test_a_delivered_event_is_delivered_again_by_hand(simulator: Simulator) -> None:
    """A repeat carries the same event, and a failing repeat does not make it undelivered."""
    simulator.confirm(simulator.create())
    path = f"/simulator/events/{simulator.only_event().id}/deliver"
    first = simulator.post(path).get_json()
    simulator.endpoint_status = 503
    again = simulator.post(path).get_json()
    assert (first["status"], again["status"]) == (200, 503)
    assert len({json.loads(body)["id"] for body, _ in simulator.received}) == 1
    assert simulator.only_event().delivery is Delivery.DELIVERED


def test_an_event_is_given_up_after_three_days(simulator: Simulator) -> None:
    """The last failure ends the attempts; the event still lists as undelivered."""
    simulator.confirm(simulator.create())
    simulator.endpoint_status = None
    with simulator.store.transaction() as session:
        session.execute(update(Event).values(created=int(time.time()) - GIVE_UP_SECONDS))
    simulator.deliverer.deliver(simulator.only_event().id)
    undelivered = simulator.get("/v1/events", delivery_success="false").get_json()["data"]
    assert simulator.only_event().delivery is Delivery.GIVEN_UP
    assert [event["pending_webhooks"] for event in undelivered] == [0]


def test_only_test_keys_are_taken() -> None:
    """A live key is refused at the start, and so is a missing signing secret."""
    for wrong in ({"stripe_secret_key": "sk_live_x"}, {"stripe_webhook_secrets": ","}):
        with pytest.raises(ValidationError):
            SimulatorSettings(_env_file=None, **wrong)  # type: ignore[arg-type]

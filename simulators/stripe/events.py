"""Events: each tells one fact with a snapshot of its object, and is its own row with the state of its delivery.

All can be read; only those that the endpoint has subscribed to are sent, as by Stripe.
"""

from providers.stripe.events import HANDLED
from providers.stripe.version import STRIPE_VERSION
from simulators.stripe.call import Call, new_id
from simulators.stripe.models import Delivery, Document, Event, Json
from simulators.stripe.store import announce

TOPIC = "events"
# The endpoint's `enabled_events`: what `flask stripe-endpoint create` tells Stripe.
ENABLED = HANDLED


def emit(call: Call, kind: str, row: Document, previous: Json | None = None) -> None:
    """Record that `kind` has happened to the row's object; it is sent once this transaction has committed."""
    emit_of(call, kind, row.document, previous)


def emit_of(call: Call, kind: str, shown: Json, previous: Json | None = None) -> None:
    """Record that `kind` has happened to an object that is kept in its events alone."""
    identifier = new_id("evt")
    enabled = kind in ENABLED
    data: Json = {"object": shown}
    if previous:
        data["previous_attributes"] = previous
    document = {
        "id": identifier,
        "object": "event",
        "api_version": STRIPE_VERSION,
        "created": call.second,
        "data": data,
        "livemode": False,
        "pending_webhooks": int(enabled),
        "request": {"id": call.request_id, "idempotency_key": call.idempotency_key},
        "type": kind,
    }
    call.session.add(
        Event(
            id=identifier,
            created=call.second,
            document=document,
            type=kind,
            # What nobody has subscribed to has reached everybody who has.
            delivery=Delivery.PENDING if enabled else Delivery.DELIVERED,
            attempts=0,
            due_at=call.now,
        )
    )
    if enabled:
        announce(call.session, TOPIC)


def to_response(event: Event) -> Json:
    """The event as it is read now: `pending_webhooks` counts the endpoint until it has the event."""
    return {**event.document, "pending_webhooks": int(event.delivery is Delivery.PENDING)}

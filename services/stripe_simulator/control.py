"""`/simulator/…`: what tests and the demo do to the simulator and nobody can do to Stripe. The secret key is required.

- `POST /simulator/events/{id}/deliver`: send an event's webhook (again); answers `{"id", "status"}`, the endpoint's
  HTTP status or null if it did not answer.
- `POST /simulator/payment_intents/{id}/settle` with `outcome=succeeded|failed`: end a payment's processing.
"""

from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from services.stripe_simulator import operations
from services.stripe_simulator.delivery import Deliverer
from services.stripe_simulator.gateway import Gateway
from services.stripe_simulator.parameters import Params, Settle


def create_control(gateway: Gateway, deliverer: Deliverer) -> Blueprint:
    """The control API."""
    control = Blueprint("control", __name__, url_prefix="/simulator")

    @control.post("/events/<event_id>/deliver")
    def deliver(event_id: str) -> Response:
        answer = gateway.run(Params, partial(operations.retrieve_event, event_id=event_id))
        if answer.status_code != HTTPStatus.OK:
            return answer
        # After the transaction: the endpoint may ask us something before it answers.
        return jsonify({"id": event_id, "status": deliverer.deliver(event_id)})

    @control.post("/payment_intents/<intent_id>/settle")
    def settle(intent_id: str) -> Response:
        return gateway.run(Settle, partial(operations.settle_intent, intent_id=intent_id))

    return control

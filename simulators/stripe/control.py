"""`/simulator/…`: what tests and the demo do to the simulator and nobody can do to Stripe. The secret key is required.

- `POST /simulator/events/{id}/deliver`: send an event's webhook (again); answers `{"id", "status"}`, the endpoint's
  HTTP status or null if it did not answer.
- `POST /simulator/payment_intents/{id}/settle` with `outcome=succeeded|failed`: end a payment's processing.
- `POST /simulator/payment_intents/{id}/expire`: a held payment's authorisation runs out (`capture_before` is over).
- `POST /simulator/refunds/{id}/fail`: the bank gives a refund back (`refund.failed`).
- `POST /simulator/charges/{id}/dispute`: the buyer disputes a charge (`charge.dispute.created`); answers the dispute.
- `POST /simulator/disputes/{id}/close` with `outcome=won|lost`: the bank decides (`charge.dispute.closed`).
- `PUT /simulator/faults` with a JSON object, every part of which is optional: let things go wrong by chance.
  `{"seed": 7, "webhooks": {"drop": 0.1, "double": 0.1, "delay": 0.2, "delay_seconds": 3},
  "answers": {"lose": 0.02, "fail": 0.02, "expire_key": 1}}`: shares of the deliveries, and of the calls with the secret
  key.
  `GET` shows it with the counts of what was done; `DELETE` heals.
"""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request

from simulators.stripe import operations
from simulators.stripe.call import Call
from simulators.stripe.delivery import Deliverer
from simulators.stripe.errors import InvalidParameters
from simulators.stripe.faults import FaultPlan, Faults
from simulators.stripe.gateway import Gateway
from simulators.stripe.models import Json
from simulators.stripe.parameters import CloseDispute, Params, Settle
from simulators.stripe.reading import read
from simulators.stripe.routes import Route, add_routes

# As in `routes`.
ROUTES: tuple[Route, ...] = (
    ("POST", "/payment_intents/<intent_id>/settle", Settle, operations.settle_intent),
    ("POST", "/payment_intents/<intent_id>/expire", Params, operations.expire_intent),
    ("POST", "/disputes/<dispute_id>/close", CloseDispute, operations.close_dispute),
    ("POST", "/refunds/<refund_id>/fail", Params, operations.fail_refund),
    ("POST", "/charges/<charge_id>/dispute", Params, operations.dispute_charge),
)


def create_control(gateway: Gateway, deliverer: Deliverer, faults: Faults) -> Blueprint:
    """The control API."""
    control = Blueprint("control", __name__, url_prefix="/simulator")
    add_routes(control, gateway, (*ROUTES, *_of_faults(faults)))

    @control.post("/events/<event_id>/deliver")
    def deliver(event_id: str) -> Response:
        answer = gateway.run(Params, partial(operations.retrieve_event, event_id=event_id))
        if answer.status_code != HTTPStatus.OK:
            return answer
        # After the transaction: the endpoint may ask us something before it answers.
        return jsonify({"id": event_id, "status": deliverer.deliver(event_id)})

    return control


def _of_faults(faults: Faults) -> Iterator[Route]:
    def show(_call: Call, _params: Params) -> Json:
        return faults.to_response()

    def follow(call: Call, params: Params) -> Json:
        faults.follow(read(FaultPlan, _json()))
        return show(call, params)

    def heal(call: Call, params: Params) -> Json:
        faults.heal()
        return show(call, params)

    for method, operation in (("GET", show), ("PUT", follow), ("DELETE", heal)):
        yield method, "/faults", Params, operation


def _json() -> Json:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise InvalidParameters("Invalid request: the body has to be a JSON object.")
    return body

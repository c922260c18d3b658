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


def create_control(gateway: Gateway, deliverer: Deliverer, faults: Faults) -> Blueprint:
    """The control API."""
    control = Blueprint("control", __name__, url_prefix="/simulator")
    _route_money(control, gateway)
    _route_faults(control, gateway, faults)

    @control.post("/events/<event_id>/deliver")
    def deliver(event_id: str) -> Response:
        answer = gateway.run(Params, partial(operations.retrieve_event, event_id=event_id))
        if answer.status_code != HTTPStatus.OK:
            return answer
        # After the transaction: the endpoint may ask us something before it answers.
        return jsonify({"id": event_id, "status": deliverer.deliver(event_id)})

    return control


def _route_money(control: Blueprint, gateway: Gateway) -> None:
    @control.post("/payment_intents/<intent_id>/settle")
    def settle(intent_id: str) -> Response:
        return gateway.run(Settle, partial(operations.settle_intent, intent_id=intent_id))

    @control.post("/payment_intents/<intent_id>/expire")
    def expire(intent_id: str) -> Response:
        return gateway.run(Params, partial(operations.expire_intent, intent_id=intent_id))

    @control.post("/disputes/<dispute_id>/close")
    def close_dispute(dispute_id: str) -> Response:
        return gateway.run(CloseDispute, partial(operations.close_dispute, dispute_id=dispute_id))

    @control.post("/refunds/<refund_id>/fail")
    def fail_refund(refund_id: str) -> Response:
        return gateway.run(Params, partial(operations.fail_refund, refund_id=refund_id))

    @control.post("/charges/<charge_id>/dispute")
    def dispute(charge_id: str) -> Response:
        return gateway.run(Params, partial(operations.dispute_charge, charge_id=charge_id))


def _route_faults(control: Blueprint, gateway: Gateway, faults: Faults) -> None:
    def show_faults(_call: Call, _params: Params) -> Json:
        return faults.to_response()

    def follow(call: Call, params: Params) -> Json:
        faults.follow(read(FaultPlan, _json()))
        return show_faults(call, params)

    def heal(call: Call, params: Params) -> Json:
        faults.heal()
        return show_faults(call, params)

    control.add_url_rule("/faults", "faults", lambda: gateway.run(Params, show_faults))
    control.add_url_rule("/faults", "follow", lambda: gateway.run(Params, follow), methods=["PUT"])
    control.add_url_rule("/faults", "heal", lambda: gateway.run(Params, heal), methods=["DELETE"])


def _json() -> Json:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise InvalidParameters("Invalid request: the body has to be a JSON object.")
    return body

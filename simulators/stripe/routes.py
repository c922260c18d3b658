"""`/v1`: which path runs which operation with which parameters, and which of them a browser may ask for."""

from functools import partial

from flask import Blueprint, Response

from simulators.stripe import operations as do
from simulators.stripe import parameters as given
from simulators.stripe import webhook_endpoints
from simulators.stripe.gateway import Gateway


def create_v1(gateway: Gateway) -> Blueprint:
    """The simulated part of Stripe's API."""
    v1 = Blueprint("v1", __name__, url_prefix="/v1")
    _route_intents(v1, gateway)
    _route_charges_and_refunds(v1, gateway)
    _route_events(v1, gateway)
    _route_endpoints(v1, gateway)
    return v1


def _route_intents(v1: Blueprint, gateway: Gateway) -> None:
    @v1.post("/payment_intents")
    def create_intent() -> Response:
        return gateway.run(given.CreateIntent, do.create_intent)

    @v1.get("/payment_intents")
    def list_intents() -> Response:
        return gateway.run(given.ListParams, do.list_intents)

    @v1.get("/payment_intents/<intent_id>")
    def retrieve_intent(intent_id: str) -> Response:
        return gateway.run(given.ReadIntent, partial(do.retrieve_intent, intent_id=intent_id), browsers_may=True)

    @v1.post("/payment_intents/<intent_id>/confirm")
    def confirm_intent(intent_id: str) -> Response:
        return gateway.run(given.ConfirmIntent, partial(do.confirm_intent, intent_id=intent_id), browsers_may=True)

    @v1.post("/payment_intents/<intent_id>/cancel")
    def cancel_intent(intent_id: str) -> Response:
        return gateway.run(given.CancelIntent, partial(do.cancel_intent, intent_id=intent_id))

    @v1.post("/payment_intents/<intent_id>/capture")
    def capture_intent(intent_id: str) -> Response:
        return gateway.run(given.CaptureIntent, partial(do.capture_intent, intent_id=intent_id))


def _route_charges_and_refunds(v1: Blueprint, gateway: Gateway) -> None:
    @v1.get("/charges")
    def list_charges() -> Response:
        return gateway.run(given.ListOfIntent, do.list_charges)

    @v1.get("/charges/<charge_id>")
    def retrieve_charge(charge_id: str) -> Response:
        return gateway.run(given.Params, partial(do.retrieve_charge, charge_id=charge_id))

    @v1.post("/refunds")
    def create_refund() -> Response:
        return gateway.run(given.CreateRefund, do.create_refund)

    @v1.get("/refunds")
    def list_refunds() -> Response:
        return gateway.run(given.ListRefunds, do.list_refunds)

    @v1.get("/disputes")
    def list_disputes() -> Response:
        return gateway.run(given.ListRefunds, do.list_disputes)

    @v1.get("/refunds/<refund_id>")
    def retrieve_refund(refund_id: str) -> Response:
        return gateway.run(given.Params, partial(do.retrieve_refund, refund_id=refund_id))


def _route_endpoints(v1: Blueprint, gateway: Gateway) -> None:
    @v1.post("/webhook_endpoints")
    def create_endpoint() -> Response:
        return gateway.run(webhook_endpoints.CreateEndpoint, webhook_endpoints.create)

    @v1.get("/webhook_endpoints")
    def list_endpoints() -> Response:
        return gateway.run(given.ListParams, webhook_endpoints.list_all)

    @v1.get("/webhook_endpoints/<endpoint_id>")
    def retrieve_endpoint(endpoint_id: str) -> Response:
        return gateway.run(given.Params, partial(webhook_endpoints.retrieve, endpoint_id=endpoint_id))

    @v1.post("/webhook_endpoints/<endpoint_id>")
    def update_endpoint(endpoint_id: str) -> Response:
        return gateway.run(webhook_endpoints.UpdateEndpoint, partial(webhook_endpoints.update, endpoint_id=endpoint_id))

    @v1.delete("/webhook_endpoints/<endpoint_id>")
    def delete_endpoint(endpoint_id: str) -> Response:
        return gateway.run(given.Params, partial(webhook_endpoints.delete, endpoint_id=endpoint_id))


def _route_events(v1: Blueprint, gateway: Gateway) -> None:
    @v1.get("/events")
    def list_events() -> Response:
        return gateway.run(given.ListEvents, do.list_events)

    @v1.get("/events/<event_id>")
    def retrieve_event(event_id: str) -> Response:
        return gateway.run(given.Params, partial(do.retrieve_event, event_id=event_id))

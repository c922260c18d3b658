"""`/v1`: which path runs which operation with which parameters, and which of them a browser may ask for."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from flask import Blueprint, Response

from simulators.stripe import operations as do
from simulators.stripe import parameters as given
from simulators.stripe import webhook_endpoints as endpoints
from simulators.stripe.gateway import Gateway
from simulators.stripe.models import Json

# Method, path, its parameters and its operation, which is told the path's ids by their names.
Route = tuple[str, str, type[Any], Callable[..., Json]]

ROUTES: tuple[Route, ...] = (
    ("POST", "/payment_intents", given.CreateIntent, do.create_intent),
    ("GET", "/payment_intents", given.ListParams, do.list_intents),
    ("GET", "/payment_intents/<intent_id>", given.ReadIntent, do.retrieve_intent),
    ("POST", "/payment_intents/<intent_id>/confirm", given.ConfirmIntent, do.confirm_intent),
    ("POST", "/payment_intents/<intent_id>/cancel", given.CancelIntent, do.cancel_intent),
    ("POST", "/payment_intents/<intent_id>/capture", given.CaptureIntent, do.capture_intent),
    ("GET", "/charges", given.ListOfIntent, do.list_charges),
    ("GET", "/charges/<charge_id>", given.Params, do.retrieve_charge),
    ("POST", "/refunds", given.CreateRefund, do.create_refund),
    ("GET", "/refunds", given.ListRefunds, do.list_refunds),
    ("GET", "/refunds/<refund_id>", given.Params, do.retrieve_refund),
    ("GET", "/disputes", given.ListRefunds, do.list_disputes),
    ("GET", "/events", given.ListEvents, do.list_events),
    ("GET", "/events/<event_id>", given.Params, do.retrieve_event),
    ("POST", "/webhook_endpoints", endpoints.CreateEndpoint, endpoints.create),
    ("GET", "/webhook_endpoints", given.ListParams, endpoints.list_all),
    ("GET", "/webhook_endpoints/<endpoint_id>", given.Params, endpoints.retrieve),
    ("POST", "/webhook_endpoints/<endpoint_id>", endpoints.UpdateEndpoint, endpoints.update),
    ("DELETE", "/webhook_endpoints/<endpoint_id>", given.Params, endpoints.delete),
)
BROWSERS_MAY = {do.retrieve_intent, do.confirm_intent}


def create_v1(gateway: Gateway) -> Blueprint:
    """The simulated part of Stripe's API."""
    v1 = Blueprint("v1", __name__, url_prefix="/v1")
    add_routes(v1, gateway, ROUTES)
    return v1


def add_routes(blueprint: Blueprint, gateway: Gateway, routes: Iterable[Route]) -> None:
    """Let the gateway run each route's operation."""
    for method, path, parameters, operation in routes:
        view = partial(_serve, gateway, parameters, operation)
        blueprint.add_url_rule(path, f"{method} {path}", view, methods=[method])


def _serve(gateway: Gateway, parameters: type[Any], operation: Callable[..., Json], **ids: str) -> Response:
    return gateway.run(parameters, partial(operation, **ids), browsers_may=operation in BROWSERS_MAY)

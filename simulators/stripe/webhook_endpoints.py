"""Webhook endpoints as an account sets them up (Stripe's API reference, "Webhook Endpoints")."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from simulators.stripe import shapes
from simulators.stripe.call import Call, existing
from simulators.stripe.errors import no_such
from simulators.stripe.models import Json, WebhookEndpoint
from simulators.stripe.pages import page
from simulators.stripe.parameters import Flag, ListParams, Metadata, Params, Text, listed

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+")]
Events = Annotated[list[Text], BeforeValidator(listed), Field(min_length=1)]


class CreateEndpoint(Params):
    """POST /v1/webhook_endpoints."""

    url: Url
    enabled_events: Events
    api_version: Text | None = None
    description: Text | None = None
    metadata: Metadata = Field(default={})


class UpdateEndpoint(Params):
    """POST /v1/webhook_endpoints/{id}."""

    url: Url | None = None
    enabled_events: Events | None = None
    description: Text | None = None
    disabled: Flag | None = None
    metadata: Metadata = Field(default={})


def create(call: Call, params: CreateEndpoint) -> Json:
    """A new endpoint; this answer alone shows the secret that signs its events."""
    document = shapes.webhook_endpoint(call, params.model_dump(exclude={"expand"}))
    call.session.add(WebhookEndpoint(id=document["id"], created=call.second, document=document))
    return document | {"secret": shapes.signing_secret()}


def list_all(call: Call, params: ListParams) -> Json:
    """A page of endpoints."""
    return page(call, WebhookEndpoint, params, [])


def retrieve(call: Call, _: Params, *, endpoint_id: str) -> Json:
    """One endpoint."""
    return _of_id(call, endpoint_id).document


def update(call: Call, params: UpdateEndpoint, *, endpoint_id: str) -> Json:
    """Change what is given; an endpoint keeps its API version for ever."""
    row = _of_id(call, endpoint_id)
    changes = params.model_dump(exclude_unset=True, exclude={"expand", "disabled"})
    if params.disabled is not None:
        changes["status"] = "disabled" if params.disabled else "enabled"
    row.change(**changes)
    return row.document


def delete(call: Call, _: Params, *, endpoint_id: str) -> Json:
    """Nothing is sent there any more."""
    call.session.delete(_of_id(call, endpoint_id))
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}


def _of_id(call: Call, endpoint_id: str) -> WebhookEndpoint:
    return existing(call, WebhookEndpoint, endpoint_id, no_such("webhook endpoint", endpoint_id, "id"))

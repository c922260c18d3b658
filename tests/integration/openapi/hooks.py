"""What the fuzzer cannot guess, so that it comes further than to the first refusal.

Schemathesis loads it into its own process. It says nothing of what to expect: only who calls, what is for sale, and how
an event is signed. Malformed requests are sent as they are.
"""

import json
import os
from functools import lru_cache
from hashlib import sha256
from typing import Any

import httpx
import schemathesis
from requests import PreparedRequest
from stripe import WebhookSignature

# Whom the API key's holder acts for; empty where a buyer calls by herself.
BUYER = os.environ.get("FUZZ_ON_BEHALF_OF", "")
SECRET = os.environ.get("FUZZ_WEBHOOK_SECRET", "")


@schemathesis.hook
def before_call(_: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    """Make a well-formed request one that means something."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    operation = case.operation.definition.raw.get("operationId")
    if operation == "receiveStripeEvent":
        kwargs["auth"] = _sign
    if operation in {"showBuyer", "showPurchase", "listPurchases"}:
        case.query = _for_the_buyer(case.query)
    if operation == "cancelPurchase":
        case.body, case.media_type = _for_the_buyer({}), "application/json"
    if operation == "openPurchase" and isinstance(case.body, dict):
        case.body = _order(_for_the_buyer(case.body), str(case.operation.base_url))
        # The same order has the same key.
        case.headers["Idempotency-Key"] = sha256(json.dumps(case.body, sort_keys=True).encode()).hexdigest()


def _for_the_buyer(said: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in said.items() if name != "on_behalf_of"}
    return rest | ({"on_behalf_of": BUYER} if BUYER else {})


def _order(said: dict[str, Any], intake: str) -> dict[str, Any]:
    """A tonne of a milestone at its price for each order of one item; of more there is chance enough."""
    if len(said["items"]) > 1:
        return said
    project, milestone, amount, currency = _for_sale(intake)
    item = {"project_id": project, "milestone_id": milestone, "quantity": "1"}
    return said | {"items": [item], "amount": amount, "currency": currency}


@lru_cache
def _for_sale(intake: str) -> tuple[str, str, int, str]:
    project = httpx.get(f"{intake.rstrip('/')}/projects").raise_for_status().json()["items"][0]
    milestone = project["milestones"][0]
    return project["project_id"], milestone["milestone_id"], milestone["unit_amount"], milestone["currency"]


def _sign(request: PreparedRequest) -> PreparedRequest:
    """Sign the bytes that are sent, as the provider does."""
    body = request.body
    assert isinstance(body, bytes), "the event is sent in one piece"
    request.headers["Stripe-Signature"] = WebhookSignature.generate_signature_header(body.decode(), SECRET)
    return request

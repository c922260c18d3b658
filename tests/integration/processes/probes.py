"""Requests to every route of the intake, in good and in bad faith, full of what must never be seen again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CARD = "4242424242424242"
PERSON = "needle.person@example.com"
NAME = "Needle Person"
# Whoever sends these is told nothing of them, and neither is our log.
NEEDLES = (CARD, PERSON, NAME)
JUNK = {"card_number": CARD, "email": PERSON, "name": NAME}


@dataclass(frozen=True)
class Probe:
    """A request, and the statuses that may answer it."""

    method: str
    path: str
    statuses: frozenset[int]
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def content(self) -> bytes | None:
        """The body's bytes."""
        return None if self.body is None else json.dumps(self.body).encode()


def probe(method: str, path: str, *statuses: int, body: Any = None, **headers: str) -> Probe:
    """A request; headers are named with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    json_type = {} if body is None else {"Content-Type": "application/json"}
    return Probe(method, path, frozenset(statuses), json_type | named, body)


def probes(buyer: str, key: str, forged: str, order: dict[str, Any], purchase_id: str) -> dict[str, list[Probe]]:
    """For each route (method and rule) requests that succeed and requests that fail.

    `buyer` and `forged` are a good and a bad token, `key` is an API key, `purchase_id` one of the buyer's.
    """
    good, bad, server = f"Bearer {buyer}", f"Bearer {forged}", f"Bearer {key}"
    one, cancel, many = f"/purchases/{purchase_id}", f"/purchases/{purchase_id}/cancel", "/purchases"
    leaks = f"?email={PERSON}&card={CARD}"
    return {
        "GET /health": [probe("GET", "/health" + leaks, 200)],
        "GET /ready": [probe("GET", "/ready" + leaks, 200)],
        "GET /metrics": [probe("GET", "/metrics" + leaks, 200)],
        "GET /openapi.json": [probe("GET", "/openapi.json" + leaks, 200)],
        "GET /docs": [probe("GET", "/docs" + leaks, 200)],
        "GET /docs/<name>": [probe("GET", "/docs/show.js", 200), probe("GET", f"/docs/{PERSON}", 404)],
        "GET /": [probe("GET", "/" + leaks, 302)],
        "GET /shop/": [probe("GET", "/shop/" + leaks, 200)],
        "GET /shop/<name>": [probe("GET", "/shop/settings.js", 200), probe("GET", f"/shop/{PERSON}.js", 404)],
        "POST /development/token": [
            probe("POST", "/development/token", 200, body={"buyer_id": "alice"}),
            probe("POST", "/development/token", 422, body={"buyer_id": PERSON}),
        ],
        "GET /config": [probe("GET", "/config" + leaks, 200), probe("DELETE", "/config", 405, Authorization=bad)],
        "GET /projects": [
            probe("GET", "/projects", 200),
            probe("GET", f"/projects?cursor={PERSON}", 422),
            probe("GET", f"/projects?card={CARD}", 422),
        ],
        "POST /purchases": [
            probe("POST", many, 201, body=order, Authorization=good, Idempotency_Key=PERSON),
            probe("POST", many, 409, body=order | {"amount": 1234}, Authorization=good, Idempotency_Key=NAME),
            probe("POST", many, 401, body=order, Authorization=bad, Idempotency_Key="k"),
            probe("POST", many, 422, body=order | JUNK, Authorization=good, Idempotency_Key="k"),
            probe("POST", many, 422, body=order | {"currency": CARD}, Authorization=good, Idempotency_Key="k"),
            probe("POST", many, 400, body=JUNK, Authorization=good),
            probe("POST", many, 415, body=JUNK, Authorization=good, Idempotency_Key="k", Content_Type="text/plain"),
        ],
        "GET /me": [probe("GET", "/me", 200, Authorization=good), probe("GET", "/me", 401, Authorization=bad)],
        "GET /purchases": [
            probe("GET", many, 200, Authorization=good),
            probe("GET", f"{many}?on_behalf_of=alice", 200, Authorization=server),
            probe("GET", f"{many}?on_behalf_of={PERSON}", 422, Authorization=server),
            probe("GET", f"{many}?cursor={CARD}", 422, Authorization=good),
            probe("GET", f"{many}?access_token={buyer}", 401),
        ],
        "GET /purchases/<purchase_id>": [
            probe("GET", one, 200, Authorization=good),
            probe("GET", f"{many}/{PERSON}", 404, Authorization=good),
            probe("GET", f"{many}/{buyer}", 404, Authorization=good),
            probe("GET", f"{many}/{key}", 401, Authorization=bad),
        ],
        "POST /purchases/<purchase_id>/cancel": [
            probe("POST", f"{many}/{CARD}/cancel", 404, Authorization=good),
            probe("POST", cancel, 422, body=JUNK, Authorization=good),
            probe("POST", cancel, 401, Authorization=bad),
            probe("POST", cancel, 200, Authorization=good),
        ],
        "POST /webhooks/stripe": [
            probe("POST", "/webhooks/stripe", 400, body=JUNK, Stripe_Signature=f"t=1,v1={CARD}"),
        ],
    }

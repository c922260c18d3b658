"""What the tests of the intake send, and how they read a refusal."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.identity import development_token
from app.settings import IntakeSettings

ITEM: dict[str, Any] = {"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}
BODY: dict[str, Any] = {"items": [ITEM], "amount": 1800, "currency": "usd"}


def bearer(config: IntakeSettings, buyer_id: str) -> str:
    """The Authorization header of a buyer."""
    return f"Bearer {development_token(config, buyer_id)}"


def post(client: FlaskClient, body: Any = None, key: str = "k1", **options: Any) -> TestResponse:
    """POST /purchases with a key."""
    options.setdefault("headers", {"Idempotency-Key": key})
    return client.post("/purchases", **({"json": body or BODY} | options))


def body_with(**changes: Any) -> dict[str, Any]:
    """An order with other members."""
    return BODY | changes


def body_of(*items: dict[str, Any]) -> dict[str, Any]:
    """An order of other items, each told by its difference to the usual one."""
    return BODY | {"items": [ITEM | item for item in items]}


def refusal(response: TestResponse) -> tuple[int, str]:
    """Status and kind of a problem; asserts that it is a whole one."""
    problem = response.get_json()
    assert response.mimetype == "application/problem+json"
    assert problem.keys() >= {"type", "title", "status", "detail", "request_id"}
    assert problem["status"] == response.status_code
    assert problem["request_id"] == response.headers["X-Request-Id"]
    if response.status_code in {429, 503}:
        assert int(response.headers["Retry-After"]) > 0
    return response.status_code, problem["type"].rpartition("/")[2]

"""What our processes send to Payments, and the shortest ways to send it."""

from typing import Any

from werkzeug.test import TestResponse

from tests.unit.service_api import ServiceApi, kind

Json = dict[str, Any]
# The payment of the purchase p1, as we call it and as the provider does.
PAYMENT_ID, REFERENCE = "306e70c9-ae64-57d9-8389-0e0fbcee2498", "pi_1"
ITEMS = [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.5"}]


def order(**changes: Any) -> Json:
    """A valid body of POST /payments."""
    return {"purchase_id": "p1", "buyer_id": "alice", "amount": 1800, "currency": "usd", "items": ITEMS} | changes


def outcome(**changes: Any) -> Json:
    """A valid body of PUT /purchases/p1/outcome."""
    body = order(status="paid", reason=None, fingerprint="f1", answer={"status": "awaiting_payment"}, timeline=[])
    del body["purchase_id"]
    return body | changes


def create(api: ServiceApi, **changes: Any) -> Json:
    """The payment of a new purchase."""
    answer = api.ask("POST", "/payments", order(**changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def done(answer: TestResponse) -> Json:
    """The payment that a write that was done answers."""
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def refusal(answer: TestResponse) -> tuple[int, str]:
    """Status and kind of a refusal."""
    return answer.status_code, kind(answer)

"""The bank fails a refund days after it was done: the event at the webhook ends as a parked saga, told to operators."""

from typing import Any

import httpx

from tests.integration.engine import Engine
from tests.integration.sagas.buyers import Buyers
from tools.devstack.stack import Stack


def provider(stack: Stack, method: str, path: str, **options: Any) -> dict[str, Any]:
    """A call to the simulator with the secret key."""
    stripe = stack.description["stripe"]
    headers = {"Authorization": f"Bearer {stripe['secret_key']}"}
    response = httpx.request(method, f"{stripe['api_base']}{path}", headers=headers, **options)
    response.raise_for_status()
    return dict(response.json())


def test_a_failed_refund_parks_and_changes_no_outcome(battered: Stack, engine: Engine, buyers: Buyers) -> None:
    """`refund.failed` starts `refund-failed/{refund_id}`, which waits for an operator; the purchase stays refunded."""
    purchase = buyers.opened()
    buyers.refuse_delivery(purchase)
    buyers.pay(purchase)
    buyers.ended(purchase, "refunded", "delivery-refused", by=purchase.success)
    refunds = provider(battered, "GET", "/v1/refunds", params={"payment_intent": purchase.reference})
    (refund_id,) = [refund["id"] for refund in refunds["data"]]
    provider(battered, "POST", f"/simulator/refunds/{refund_id}/fail")
    engine.wait_until_parked(f"refund-failed/{refund_id}")
    assert buyers.shown(purchase)["status"] == "refunded"
    # So that the books of this stack add up again: an operator has it refunded once more.
    assert engine.resolve(f"refund-failed/{refund_id}", "retry")
    engine.wait_until_closed(f"refund-failed/{refund_id}")
    buyers.ended(purchase, "refunded", "delivery-refused", by=purchase.success)

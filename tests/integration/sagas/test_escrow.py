"""The other capture mode."""

from tests.integration.newcomers import newcomer
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack


def test_money_is_captured_after_the_offset_is_sold(battered: Stack) -> None:
    """Manual capture: authorised by the buyer, captured by the saga between commit and delivery."""
    with Shop(battered.description, newcomer()) as shop:
        answer = shop.open([item(shop.milestones()["mangrove-2"], "1.500")], 1800).raise_for_status().json()
        assert shop.pay(answer).json()["status"] == "requires_capture"
        purchase = shop.completed(answer["purchase_id"])
        steps = [entry["event"] for entry in purchase["timeline"]]
        assert purchase["status"] == "paid"
        assert steps.index("offset_sold") < steps.index("payment_captured") < steps.index("offset_delivered")
        assert shop.service("payments", f"/payments/{answer['payment_id']}")["amount_captured"] == 1800

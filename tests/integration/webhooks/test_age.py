"""Events three days late, at an intake that remembers nothing: the purchase has ended once and rightly."""

from domain.purchase import Item, Order
from tests.integration.temporal import TemporalServer
from tests.integration.webhooks.stripe import Basket, Stripe, late
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

SUCCEEDED, FAILED = "payment_intent.succeeded", "payment_intent.payment_failed"
CANCELED = "payment_intent.canceled"


def test_three_days_later_nothing_changes(
    deaf: Stack, shop: Shop, stripe: Stripe, engine: TemporalServer, basket: Basket
) -> None:
    """A paid and an expired purchase hear everything again, and the opposite, from an intake that remembers nothing."""
    paid = stripe.paid()
    assert stripe.accepted(stripe.event(paid, SUCCEEDED))
    order = Order(
        purchase_id="three-days-late",
        buyer_id="alice",
        items=tuple(Item.model_validate(item) for item in basket[0]),
        amount=basket[1],
        currency="usd",
    )
    opened = engine.opened(order, reservation_ttl_s=1)
    payment = shop.service("payments", f"/payments/{opened.payment_id}")
    expired = opened.model_dump() | {"next_action": {"payment_intent": payment["provider_reference"]}}
    assert stripe.ended(paid, "paid")
    assert stripe.ended(expired, "expired")
    run = engine.run_id(f"payment-success/{paid['payment_id']}")
    deaf.restart("intake")

    events = [late(stripe.event(paid, SUCCEEDED)), late(stripe.event(expired, CANCELED))]
    opposite = [late(stripe.told(paid, kind)) for kind in (FAILED, CANCELED)]
    opposite += [late(stripe.told(expired, kind)) for kind in (FAILED, SUCCEEDED)]
    assert stripe.accepted(*events, *opposite)
    for event in (events[1], *opposite[:3]):
        engine.wait_until_closed(f"payment-failed/{event['data']['object']['metadata']['payment_id']}/{event['id']}")
    engine.wait_until_closed(f"payment-success/{expired['payment_id']}")
    assert stripe.ended(paid, "paid")
    assert stripe.ended(expired, "expired")
    assert engine.run_id(f"payment-success/{paid['payment_id']}") == run

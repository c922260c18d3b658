"""Events out of order, doubled, three days late or captured: the purchase ends once and rightly."""

import json
import time

from domain.purchase import Item, Order
from tests.integration.engine import Engine
from tests.integration.webhooks.stripe import NEW, OLD, Basket, Stripe, header, late, statuses
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

DECLINED = "pm_card_chargeDeclined"
SUCCEEDED, FAILED = "payment_intent.succeeded", "payment_intent.payment_failed"
CANCELED, CAPTURABLE = "payment_intent.canceled", "payment_intent.amount_capturable_updated"


def failed_saga(answer: dict[str, str], stripe: Stripe) -> str:
    """The saga of a payment's failed attempt."""
    charge = stripe.event(answer, FAILED)["data"]["object"]["last_payment_error"]["charge"]
    return f"payment-failed/{answer['payment_id']}/{charge}"


def test_events_may_come_in_any_order(stripe: Stripe, engine: Engine) -> None:
    """Success first, the failure before it afterwards: its saga looks, and leaves the paid purchase alone."""
    answer = stripe.paid(DECLINED)
    events = [stripe.event(answer, kind) for kind in (SUCCEEDED, FAILED, "payment_intent.created")]
    assert stripe.accepted(*events)
    assert stripe.ended(answer, "paid")
    engine.wait_until_closed(failed_saga(answer, stripe))
    assert stripe.ended(answer, "paid")


def test_a_failure_that_is_heard_before_the_payment_leaves_it_alone(stripe: Stripe, engine: Engine) -> None:
    """It was another card's; by the time that its saga looks, money has come."""
    answer = stripe.paid(DECLINED)
    assert stripe.accepted(stripe.event(answer, FAILED))
    engine.wait_until_closed(failed_saga(answer, stripe))
    assert stripe.accepted(stripe.event(answer, SUCCEEDED))
    assert stripe.ended(answer, "paid")


def test_an_event_of_what_has_not_happened_changes_nothing(shop: Shop, stripe: Stripe, engine: Engine) -> None:
    """A hint is no fact: told of a failure, the purchase stays open, for its payment can still be paid."""
    answer = stripe.opened()
    event = stripe.told(answer, FAILED)
    assert stripe.accepted(event)
    engine.wait_until_closed(f"payment-failed/{answer['payment_id']}/{event['id']}")
    assert shop.purchase(answer["purchase_id"])["status"] == "awaiting_payment"
    shop.pay(answer).raise_for_status()
    assert stripe.accepted(stripe.event(answer, SUCCEEDED))
    assert stripe.ended(answer, "paid")


def test_doubles_at_the_same_time_start_one_saga(stripe: Stripe, engine: Engine) -> None:
    """Sixty at once at two processes, of two events that tell one fact: all acknowledged, delivered once."""
    answer = stripe.paid()
    succeeded = stripe.event(answer, SUCCEEDED)
    answers = stripe.deliver_at_once([succeeded, stripe.told(answer, CAPTURABLE)] * 30)
    assert set(statuses(answers)) == {200}
    assert stripe.ended(answer, "paid")
    run = engine.run_id(f"payment-success/{answer['payment_id']}")
    assert stripe.accepted(succeeded)
    assert engine.run_id(f"payment-success/{answer['payment_id']}") == run


def test_three_days_later_nothing_changes(
    deaf: Stack, shop: Shop, stripe: Stripe, engine: Engine, basket: Basket
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


def test_a_captured_delivery_cannot_be_replayed(stripe: Stripe, engine: Engine) -> None:
    """Its signature is as old as it is, and a thief cannot make another: refused, and no saga starts."""
    answer = stripe.opened()
    payload = json.dumps(stripe.told(answer, SUCCEEDED)).encode()
    for at_s in (time.time() - 302, time.time() - 3 * 86_400, time.time() + 320):
        replayed = stripe.send(payload, header(payload, OLD, NEW, at_s=at_s))
        assert (replayed.status_code, replayed.json()["type"].rpartition("/")[2]) == (400, "invalid-signature")
    assert engine.status(f"payment-success/{answer['payment_id']}") is None

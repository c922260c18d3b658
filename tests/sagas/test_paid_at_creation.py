"""A provider that takes or holds the money as the payment is created, and sends no webhook of it."""

import pytest

from domain.messages import ParkedView, PurchaseView
from domain.payment import PaymentStatus
from domain.purchase import Answer
from tests.sagas.test_cancellation import assert_undone
from tests.sagas.test_late_calls import Hanging
from tests.sagas.test_parking import decide
from tests.sagas.world import PRICE, UNAVAILABLE, World, at

captures = pytest.mark.parametrize("manual", [True, False], ids=["held", "captured"])


def paying(*, manual: bool) -> World:
    """A world with such a provider."""
    world = World(manual=manual)
    world.payments.paid_at_creation = True
    return world


@captures
def test_it_is_delivered_without_a_webhook_and_before_the_deadline(*, manual: bool) -> None:
    """The answer says that it is under way, and its saga is started at once."""
    world = paying(manual=manual)
    update = world.open()
    world.engine.run()
    assert world.answer(update, Answer).status == "processing"
    capture = ["capture"] if manual else []
    assert world.operations() == ["create", "reserve", "commit", *capture, "deliver", "publish", "record"]
    assert (world.outcome.status, world.payments.known().amount_captured) == ("paid", PRICE)
    assert world.engine.now < at(1)


@captures
def test_what_cannot_be_reserved_is_not_paid(*, manual: bool) -> None:
    """Sold out: what is held is released, what was captured goes back, at once."""
    world = paying(manual=manual)
    world.projects.free = 0
    update = world.open()
    world.engine.run()
    assert world.purchase.updates[update].application_failure_info.type == "sold-out"
    assert world.outcome.status == ("rejected" if manual else "refunded")
    assert world.notifications.kinds() == ([] if manual else ["payment.refunded"])
    assert world.engine.now < at(5)
    assert_undone(world)


@captures
def test_a_creation_that_hangs_until_its_opening_is_given_up_takes_no_money(*, manual: bool) -> None:
    """Given up, its purchase is canceled for good: the creation that arrives after that is refused."""
    line = Hanging("create", until_undone=True)
    world = World(manual=manual, carry=line.carry)
    world.payments.paid_at_creation = True
    world.open()
    world.engine.run()
    assert world.outcome.status == "rejected"
    line.arrives()
    assert world.payments.known().amount_captured == world.payments.known().amount_authorised == 0
    assert_undone(world)


@captures
def test_money_that_nobody_was_told_of_is_released_or_buys_what_was_ordered(*, manual: bool) -> None:
    """Payments has created it, its answers do not come back: given up, a hold is canceled, a charge goes on."""
    world = paying(manual=manual)
    world.faults.after["create"] = [UNAVAILABLE] * 20
    world.open()
    world.engine.run()
    assert (world.outcome.status, world.users.delivered) == (("rejected", False) if manual else ("paid", True))
    assert (world.payments.known().status is PaymentStatus.CANCELED) == manual
    assert world.projects.row == ("closed" if manual else "committed")


def test_a_buyers_cancel_comes_too_late() -> None:
    """Its saga delivers already, which starts no second time."""
    world = paying(manual=True)
    world.faults.before["deliver"] = [UNAVAILABLE] * 5
    world.open()
    world.engine.run(until=lambda: "deliver" in world.operations())
    cancel = world.cancel()
    world.engine.run()
    assert world.answer(cancel, PurchaseView).status == "processing"
    assert world.outcome.status == "paid"
    assert world.notifications.kinds() == ["payment.success"]


@pytest.mark.parametrize("decision", ["retry", "skip"])
def test_what_its_provider_cannot_give_back_waits_for_a_human(decision: str) -> None:
    """Taken for what is sold out: nothing ends the purchase before the provider shows that the money is back."""
    world = paying(manual=False)
    world.payments.can_refund = False
    world.projects.free = 0
    world.open()
    world.engine.run(until=lambda: world.status == "needs_attention")
    parked = world.engine.query(world.success.id, "parked", ParkedView)
    assert parked.reason == "Refund the payment: refused, give the money back there"
    assert set(parked.choices) == {"retry", "skip"}
    assert decide(world, "skip") == "not-seen"
    decide(world, "retry")
    world.engine.run(until=lambda: world.operations().count("refund") > 1 and world.status == "needs_attention")
    world.payments.set(amount_refunded=PRICE)
    decide(world, decision)
    world.engine.run()
    assert (world.outcome.status, world.notifications.kinds()) == ("refunded", ["payment.refunded"])
    assert_undone(world)

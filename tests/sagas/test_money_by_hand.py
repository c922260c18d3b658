"""Money that somebody takes by hand, or a part of it: only the whole price pays."""

import pytest

from domain.payment import PaymentStatus
from tests.sagas.test_money import PART, Act, becomes, decide
from tests.sagas.test_parking import parked_at
from tests.sagas.world import PRICE, TTL, World, at

# What a hand does to money that is only held.
TAKEN = {
    "a part": (becomes(amount_captured=PART, amount_authorised=0), PART),
    "a part, and given back": (becomes(amount_captured=PART, amount_refunded=PART, amount_authorised=0), PART),
}


@pytest.mark.parametrize(("act", "given_back"), TAKEN.values(), ids=TAKEN)
def test_a_part_captured_by_hand_before_the_saga_asks_buys_nothing(act: Act, given_back: int) -> None:
    """1.00 of 18.00: it is given back, and nothing sold for it."""
    world = World(manual=True)
    world.opened()
    world.buyer_pays()
    act(world)
    world.event_succeeded()
    world.engine.run()
    payment = world.payments.known()
    assert (payment.amount_captured, payment.amount_refunded) == (given_back, given_back)
    assert (world.outcome.status, world.users.delivered, world.projects.row) == ("refunded", False, "closed")


@pytest.mark.parametrize("act", [act for act, _ in TAKEN.values()], ids=TAKEN)
def test_a_part_captured_by_hand_after_the_saga_has_asked_buys_nothing(act: Act) -> None:
    """The capture is refused, and the payment tells that it is not the order's amount."""
    world = World(manual=True)
    world.opened()
    world.engine.before_step = lambda _saga, step: act(world) if step == "capture-payment" else None
    world.pays()
    payment = world.payments.known()
    assert (payment.amount_captured, payment.amount_refunded) == (PART, PART)
    assert (world.outcome.status, world.users.delivered, world.projects.row) == ("refunded", False, "returned")


def test_all_captured_by_hand_is_a_capture() -> None:
    """Exactly the order's amount, whoever took it, before or after the saga has asked."""
    for step in ("commit-offset", "capture-payment"):
        world = World(manual=True)
        world.opened()
        take = becomes(amount_captured=PRICE, amount_authorised=0)
        world.engine.before_step = lambda _saga, now, at=step, take=take, world=world: (  # type: ignore[misc]
            take(world) if now == at else None
        )
        world.pays()
        assert world.outcome.status == "paid"


def test_less_held_than_ordered_is_released() -> None:
    """A bank that authorises a part only: nothing is taken, and the purchase has failed."""
    world = World(manual=True)
    world.opened()
    world.buyer_pays()
    world.payments.set(amount_authorised=PRICE - 1)
    world.event_succeeded()
    world.engine.run()
    assert (world.outcome.status, world.outcome.reason) == ("failed", "amount-differs")
    assert world.payments.known().status is PaymentStatus.CANCELED
    assert "capture" not in world.operations()


def test_a_part_captured_by_hand_ends_at_the_deadline() -> None:
    """No event came: the deadline starts the saga, which undoes the purchase; nothing goes round for ever."""
    world = World(manual=True)
    world.opened()
    world.buyer_pays()
    world.payments.set(amount_captured=PART, amount_authorised=0)
    world.engine.run()
    assert world.outcome.status == "refunded"
    assert world.engine.now < at(TTL.total_seconds() + 60)


def test_a_declined_card_leaves_a_part_that_was_taken_alone() -> None:
    """PaymentFailed finds that money has moved, however much: it releases nothing."""
    world = World(manual=True)
    world.opened()
    world.payments.set(status=PaymentStatus.PAID, amount_captured=PART, failed_attempts=1)
    world.event_failed()
    world.engine.run(until=lambda: world.failed().closed)
    assert world.projects.row == "reserved"


def test_a_capture_of_a_part_is_not_skipped() -> None:
    """By hand 1.00 of 18.00 was taken: that is not the step's effect."""
    world = parked_at("capture")
    world.payments.set(amount_captured=PART, amount_authorised=0)
    assert decide(world, "skip") == "not-seen"

"""The buyer cancels while something else ends the purchase, or while a saga of it is parked: there is one winner."""

import pytest

from domain.purchase import PurchaseStatus
from tests.sagas.test_buyers_cancel import CANCELED, answered, refusal_of
from tests.sagas.test_cancellation import assert_undone
from tests.sagas.world import BROKEN, World


@pytest.mark.parametrize("step", ["retrieve-payment", "cancel-payment"])
def test_a_cancel_while_the_deadline_is_at_work_is_the_buyers(step: str) -> None:
    """The payment is not canceled yet and nothing is decided: the buyer's wish is what it ends with."""
    world = World()
    world.opened()
    cancels: list[str] = []
    world.at_step(step, lambda: cancels.append(world.cancel()))
    world.engine.run()
    assert answered(world, cancels[0]) == CANCELED
    assert world.outcome.status == "canceled"
    assert world.notifications.kinds() == ["payment.canceled"]
    assert_undone(world)


@pytest.mark.parametrize("step", ["release-offset", "publish-notification"])
def test_a_cancel_after_the_deadline_has_decided_is_told_so(step: str) -> None:
    """The payment is canceled, and the reservation being closed or closed: it has expired, and stays so."""
    world = World()
    world.opened()
    cancels: list[str] = []
    world.at_step(step, lambda: cancels.append(world.cancel()))
    world.engine.run()
    assert answered(world, cancels[0]) == PurchaseStatus.EXPIRED
    assert world.outcome.status == "expired"
    assert world.notifications.kinds() == ["payment.expired"]


@pytest.mark.parametrize("step", ["retrieve-payment", "cancel-payment", "release-offset", "publish-notification"])
def test_a_cancel_while_a_declined_card_ends_the_purchase_has_one_winner(step: str) -> None:
    """PaymentFailed is at any of its steps: whoever closes the reservation tells, and nobody else does."""
    world = World()
    world.opened()
    world.attempt_fails()
    cancels: list[str] = []
    world.at_step(step, lambda: cancels.append(world.cancel()))
    world.event_failed()
    world.engine.run()
    status = world.outcome.status
    assert status in {"canceled", "failed"}
    assert world.notifications.kinds() == [f"payment.{status}"]
    # Who loses waits for the winner: nobody is told that an ended purchase waits for its payment.
    assert answered(world, cancels[0]) == status
    assert_undone(world)


def test_a_cancel_of_a_purchase_that_was_canceled_by_an_operator_is_done() -> None:
    """Both want the same."""
    world = World()
    world.opened()
    world.engine.cancel(world.purchase.id)
    assert answered(world, world.cancel()) == CANCELED
    world.engine.run()
    assert world.notifications.kinds() == ["payment.canceled"]


def test_a_cancel_of_a_paid_purchase_that_waits_for_an_operator_changes_nothing() -> None:
    """PaymentSuccess is parked: the money is there, so it is delivered once somebody has mended the cause."""
    world = World()
    world.opened()
    world.faults.before["deliver"] = [BROKEN] * 2
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.status == "needs_attention")
    assert answered(world, world.cancel()) == PurchaseStatus.NEEDS_ATTENTION
    world.engine.update(world.success.id, "resolve", "retry", "r1")
    world.engine.run()
    assert world.outcome.status == "paid"


@pytest.mark.parametrize("operation", ["retrieve", "cancel", "release"])
def test_a_cancel_that_parks_is_done_when_it_goes_on(operation: str) -> None:
    """A callee breaks its contract in the middle: the buyer waits, and the operator's retry cancels the purchase."""
    world = World()
    world.opened()
    world.faults.before[operation] = [BROKEN] * 2
    update = world.cancel()
    world.engine.run(until=lambda: world.status == "needs_attention")
    world.faults.before.clear()
    assert refusal_of(world, world.cancel()) == ("cancel-under-way", None)
    assert update not in world.purchase.updates
    world.engine.update(world.purchase.id, "resolve", "retry", "r1")
    assert answered(world, update) == CANCELED
    world.engine.run()
    assert world.notifications.kinds() == ["payment.canceled"]
    assert_undone(world)

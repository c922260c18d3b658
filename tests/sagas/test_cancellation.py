"""A cancellation from Temporal's UI, at every step: it ends paid and delivered, or nothing charged and nothing held."""

import pytest

from domain.payment import PaymentStatus
from tests.sagas.world import UNAVAILABLE, World, at


def assert_undone(world: World) -> None:
    """Nothing is charged, nothing is held, nothing is delivered."""
    payment = world.payments.known()
    assert payment.amount_captured == payment.amount_refunded
    assert payment.status is PaymentStatus.CANCELED or payment.amount_refunded
    assert world.projects.row in {"closed", "returned"}
    assert not world.users.delivered


@pytest.mark.parametrize("lost", [True, False])
@pytest.mark.parametrize("operation", ["create", "reserve"])
def test_canceled_while_opening(operation: str, *, lost: bool) -> None:
    """The step that is tried again and again is left, whether or not it took effect, and the opening is undone."""
    world = World()
    (world.faults.after if lost else world.faults.before)[operation] = [UNAVAILABLE] * 100
    update = world.open()
    world.engine.run(until=lambda: world.engine.now > at(2))
    world.engine.cancel(world.purchase.id)
    world.engine.run()
    assert (world.outcome.status, world.outcome.reason) == ("rejected", "opening-failed")
    assert world.purchase.updates[update].application_failure_info.type == "opening-failed"
    assert world.payments.tombstone or world.payments.known().status is PaymentStatus.CANCELED
    assert world.projects.row != "reserved"
    assert world.notifications.kinds() == []


def test_canceled_while_waiting_for_the_buyer() -> None:
    """The deadline's path at once: the payment is canceled, then the offset released; the outcome is `canceled`."""
    world = World()
    world.opened()
    world.engine.cancel(world.purchase.id)
    world.engine.run(until_time=at(60))
    assert world.outcome.status == "canceled"
    assert world.notifications.kinds() == ["payment.canceled"]
    assert_undone(world)


def test_canceled_after_the_buyer_paid() -> None:
    """Payments shows the money: the purchase is delivered, however often it is canceled."""
    world = World()
    world.opened()
    world.buyer_pays()
    world.engine.cancel(world.purchase.id)
    world.engine.run()
    assert world.outcome.status == "paid"
    assert world.users.delivered


def test_canceled_while_the_bank_processes() -> None:
    """Nothing is released while money moves; once the bank declines, the purchase ends as canceled."""
    world = World()
    world.opened()
    world.payments.set(status=PaymentStatus.PROCESSING)
    world.engine.cancel(world.purchase.id)
    world.engine.run(until_time=at(600))
    assert not world.purchase.closed
    world.payments.set(status=PaymentStatus.PAYABLE)
    world.engine.run()
    assert world.outcome.status == "canceled"
    assert_undone(world)


@pytest.mark.parametrize("lost", [True, False])
@pytest.mark.parametrize("operation", ["commit", "capture", "deliver"])
def test_a_success_canceled_before_the_pivot_is_undone(operation: str, *, lost: bool) -> None:
    """At every step before the offset is created, done or not: the money first, then the offset."""
    world = World(manual=True)
    world.opened()
    (world.faults.after if lost else world.faults.before)[operation] = [UNAVAILABLE] * 1000
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.engine.now > at(5))
    world.engine.cancel(world.success.id)
    world.engine.run()
    assert (world.outcome.status, world.outcome.reason) == ("refunded", "aborted")
    assert world.success.result.status == "refunded"
    assert world.notifications.kinds() == ["payment.refunded"]
    assert_undone(world)


@pytest.mark.parametrize("operation", ["publish", "record"])
def test_a_cancellation_past_the_pivot_changes_nothing(operation: str) -> None:
    """Once the offset is created the purchase is paid and delivered, and told."""
    world = World()
    world.opened()
    world.faults.before[operation] = [UNAVAILABLE] * 10
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.engine.now > at(2))
    for execution in list(world.engine.executions.values()):
        world.engine.cancel(execution.id)
    world.engine.run()
    assert world.outcome.status == "paid"
    assert world.users.delivered
    assert world.notifications.kinds() == ["payment.success"]


def test_a_success_canceled_before_it_has_asked_leaves_the_purchase_to_the_deadline() -> None:
    """It has done nothing, so its id stays usable: the deadline starts it again, and the purchase is delivered."""
    world = World()
    world.opened()
    world.faults.before["retrieve"] = [UNAVAILABLE] * 10
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.engine.now > at(2))
    world.engine.cancel(world.success.id)
    world.engine.run()
    assert world.outcome.status == "paid"


def test_a_failure_canceled_before_its_cancel_leaves_the_purchase_to_the_deadline() -> None:
    """PaymentFailed ends without an effect; the purchase expires."""
    world = World()
    world.opened()
    world.attempt_fails()
    world.faults.before["cancel"] = [UNAVAILABLE] * 5
    world.event_failed()
    world.engine.run(until=lambda: world.engine.now > at(2))
    world.engine.cancel(world.failed().id)
    world.engine.run()
    assert world.failed().failure == "canceled"
    assert world.outcome.status == "expired"
    assert_undone(world)


@pytest.mark.parametrize("operation", ["cancel", "refund", "restock", "revoke"])
def test_compensations_are_shielded(operation: str) -> None:
    """A cancellation in the middle of an undo changes nothing: it goes on to its end."""
    world = World()
    world.opened()
    world.users.revoked = True
    world.faults.before[operation] = [UNAVAILABLE] * 5
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.engine.now > at(2))
    world.engine.cancel(world.success.id)
    world.engine.run()
    assert world.outcome.status == "refunded"
    assert_undone(world)


@pytest.mark.parametrize("operation", ["revoke", "cancel", "refund", "restock", "publish"])
def test_an_undo_that_was_terminated_is_finished_by_the_deadline(operation: str) -> None:
    """Terminated in the middle of its undo: the deadline starts it afresh, and it ends refunded, not delivered."""
    world = World()
    world.opened()
    world.faults.before["deliver"] = [UNAVAILABLE] * 5
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.engine.now > at(1))
    world.engine.cancel(world.success.id)
    world.faults.after[operation] = [UNAVAILABLE] * 50
    world.engine.run(until=lambda: operation in world.operations())
    world.success.closed, world.success.failure = True, "terminated"
    world.faults.after.clear()
    world.faults.before.clear()
    world.engine.run()
    assert world.outcome.status == "refunded"
    assert world.notifications.kinds() == ["payment.refunded"]
    assert_undone(world)

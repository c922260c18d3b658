"""What an operator's skip and abort do to a parked saga, and where they are not offered."""

import pytest

from domain.errors import Refused
from domain.messages import ParkedView
from domain.payment import PaymentStatus
from tests.sagas.test_parking import choices, decide, parked_at
from tests.sagas.world import BROKEN, UNAVAILABLE, World, at


@pytest.mark.parametrize("operation", ["commit", "capture", "deliver"])
def test_skip_is_verified(operation: str) -> None:
    """What nobody has done cannot be skipped, and the saga stays parked."""
    world = parked_at(operation)
    assert decide(world, "skip") == "not-seen"
    assert world.status == "needs_attention"
    decide(world, "retry")
    world.engine.run()
    assert world.outcome.status == "paid"


def test_a_skip_is_taken_where_somebody_has_done_it() -> None:
    """Captured in the provider's dashboard: the step is done, and the purchase goes on without calling it again."""
    world = parked_at("capture")
    world.payments.set(amount_captured=world.payments.known().amount)
    decide(world, "skip")
    world.engine.run()
    assert world.outcome.status == "paid"
    # Within the task, and as an activity: both before it parked.
    assert world.operations().count("capture") == 2


def test_a_delivery_done_by_hand_may_be_skipped() -> None:
    """The buyer's offset is there: the purchase is paid."""
    world = parked_at("deliver")
    world.users.delivered = True
    decide(world, "skip")
    world.engine.run()
    assert world.outcome.status == "paid"


def test_a_skip_that_cannot_be_checked_is_refused() -> None:
    """The callee is away: nobody knows, so nothing is skipped."""
    world = parked_at("capture")
    world.faults.before["retrieve"] = [UNAVAILABLE] * 50
    assert decide(world, "skip") == "not-seen"


def test_a_notification_may_always_be_skipped() -> None:
    """A purchase whose notification cannot be published ends without it."""
    world = parked_at("publish")
    decide(world, "skip")
    world.engine.run()
    assert world.outcome.status == "paid"
    assert world.notifications.kinds() == []


@pytest.mark.parametrize("operation", ["commit", "capture", "deliver"])
def test_abort_before_the_pivot_undoes_the_purchase(operation: str) -> None:
    """Before the offset is created an abort gives back the money first and the offset after it."""
    world = parked_at(operation)
    decide(world, "abort")
    world.engine.run()
    assert (world.outcome.status, world.outcome.reason) == ("refunded", "aborted")
    assert world.notifications.kinds() == ["payment.refunded"]
    payment = world.payments.known()
    assert payment.amount_captured == payment.amount_refunded
    assert payment.status is PaymentStatus.CANCELED or payment.amount_refunded
    assert world.projects.row in {"closed", "returned"}
    assert not world.users.delivered


def test_abort_claims_the_row() -> None:
    """Abort while the commit is not known: the row is claimed before the money is touched."""
    world = parked_at("commit")
    decide(world, "abort")
    world.engine.run()
    after = world.operations()
    assert after.index("release") < after.index("cancel")
    assert world.projects.row == "closed"


def test_abort_of_a_commit_that_was_done_returns_what_was_sold() -> None:
    """The lost commit shows when the row is claimed: then the offset is returned, after the money."""
    world = World()
    world.opened()
    world.faults.after["commit"] = [BROKEN] * 2
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.status == "needs_attention")
    decide(world, "abort")
    world.engine.run()
    assert world.projects.row == "returned"
    assert world.payments.known().amount_refunded
    assert world.outcome.status == "refunded"


def test_abort_before_pivot() -> None:
    """Once the offset is created, what is left can only be done."""
    world = parked_at("publish")
    assert choices(world) == {"retry", "skip"}
    assert decide(world, "abort") == "not-offered"
    decide(world, "retry")
    world.engine.run()
    assert world.outcome.status == "paid"


def test_a_compensation_can_only_be_retried_or_skipped() -> None:
    """While a purchase is undone an abort makes no sense."""
    world = World()
    world.opened()
    world.faults.before["deliver"] = [Refused("not-found", "no such buyer")]
    world.faults.before["refund"] = [BROKEN]
    world.pays()
    assert choices(world) == {"retry", "skip"}
    assert decide(world, "skip") == "not-seen"
    payment = world.payments.known()
    world.payments.set(amount_refunded=payment.amount)
    decide(world, "skip")
    world.engine.run()
    assert world.outcome.status == "refunded"


def test_an_opening_that_parks_may_be_aborted() -> None:
    """A contract broken while a purchase opens: an abort rejects it, and leaves nothing."""
    world = World()
    world.faults.before["reserve"] = [BROKEN] * 2
    world.open()
    world.engine.run(until=lambda: world.status == "needs_attention")
    assert choices(world, world.purchase.id) == {"retry", "abort"}
    decide(world, "abort", world.purchase.id)
    world.engine.run()
    assert (world.outcome.status, world.outcome.reason) == ("rejected", "opening-failed")
    assert world.payments.known().status is PaymentStatus.CANCELED
    assert world.projects.row == "closed"


def test_a_parked_failure_may_be_aborted_before_its_cancel() -> None:
    """PaymentFailed that cannot cancel ends without an effect; the deadline ends the purchase."""
    world = World()
    world.opened()
    world.attempt_fails()
    world.faults.before["cancel"] = [BROKEN]
    world.event_failed()
    world.engine.run(until=lambda: world.status == "needs_attention")
    decide(world, "abort", world.failed().id)
    world.engine.run()
    assert world.failed().failure
    assert world.outcome.status == "expired"


def test_an_abort_before_the_payment_is_known_promises_nothing() -> None:
    """Nothing was done that could be undone, and the choice says so; the deadline finds the money and delivers."""
    world = World()
    world.opened()
    world.faults.before["retrieve"] = [BROKEN] * 2
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until_time=at(60))
    view = world.engine.query(world.success.id, "parked", ParkedView)
    assert view.choices["abort"].startswith("The saga ends and does nothing")
    decide(world, "abort")
    world.engine.run()
    assert world.outcome.status == "paid"

"""The buyer cancels: an unpaid purchase ends at once, and what is paid, or may be, goes on as if nobody had asked."""

from typing import Any

import pytest
from temporalio.api.failure.v1 import Failure

from domain.errors import Refused
from domain.messages import PurchaseView
from domain.payment import PaymentStatus
from domain.purchase import Answer, PurchaseStatus
from tests.sagas.sdk import value_of
from tests.sagas.test_cancellation import assert_undone
from tests.sagas.world import TTL, UNAVAILABLE, World, at
from workflows import policies

CANCELED = PurchaseStatus.CANCELED


def answered(world: World, update_id: str) -> PurchaseStatus:
    """Where the buyer is answered that the purchase stands, once that is known."""
    world.engine.run(until=lambda: update_id in world.purchase.updates)
    answer = world.answer(update_id, PurchaseView)
    assert isinstance(answer, PurchaseView)
    return answer.status


def refusal_of(world: World, update_id: str) -> tuple[str, Any]:
    """The type of a refusal, and where it tells that the purchase stands."""
    world.engine.run(until=lambda: update_id in world.purchase.updates)
    failure = world.purchase.updates[update_id]
    assert isinstance(failure, Failure)
    told = failure.application_failure_info
    return told.type, value_of(told.details.payloads[0], PurchaseView).status if told.details.payloads else None


def refused_while_the_bank_processes() -> World:
    """A purchase whose cancel came too late, for the bank is at it."""
    world = World()
    world.opened()
    world.payments.set(status=PaymentStatus.PROCESSING)
    assert answered(world, world.cancel()) == PurchaseStatus.PROCESSING
    return world


def test_an_unpaid_purchase_is_canceled_at_once() -> None:
    """The payment is canceled, then the offset is free; it is told once, long before the deadline."""
    world = World()
    world.opened()
    assert answered(world, world.cancel()) == CANCELED
    world.engine.run(until_time=at(60))
    assert world.outcome.status == "canceled"
    assert world.operations() == ["create", "reserve", "cancel", "release", "publish", "record"]
    assert world.notifications.kinds() == ["payment.canceled"]
    assert world.projects.free == 1
    assert_undone(world)


def test_who_has_canceled_is_not_kept_waiting_by_the_broker() -> None:
    """The answer goes out when the reservation is won; what was told stays told while the notification waits."""
    world = World()
    world.opened()
    world.faults.before["publish"] = [UNAVAILABLE] * 20
    assert answered(world, world.cancel()) == CANCELED
    assert world.notifications.kinds() == []
    assert world.view.status == "canceled"
    assert answered(world, world.cancel()) == CANCELED
    world.engine.run()
    assert world.notifications.kinds() == ["payment.canceled"]


def test_two_cancels_at_once_are_one() -> None:
    """The second is sent away to ask again while the first is decided, which ends the purchase."""
    world = World()
    world.opened()
    first, second = world.cancel(), world.cancel()
    assert refusal_of(world, second) == ("cancel-under-way", None)
    assert answered(world, first) == CANCELED
    world.engine.run()
    assert world.outcome.status == CANCELED
    assert world.notifications.kinds() == ["payment.canceled"]
    assert world.operations().count("cancel") == world.operations().count("release") == 1


def test_a_paid_purchase_is_delivered_and_not_canceled() -> None:
    """Paid, and the webhook has not come yet: Payments shows the money, and the purchase is delivered from there."""
    world = World()
    world.opened()
    world.buyer_pays()
    assert answered(world, world.cancel()) == PurchaseStatus.PROCESSING
    world.engine.run(until_time=at(60))
    assert world.outcome.status == "paid"
    assert world.users.delivered
    assert world.notifications.kinds() == ["payment.success"]


def test_a_purchase_that_is_paid_in_the_same_moment_is_delivered() -> None:
    """Paid between the question and the cancel of the payment, which is then refused: money wins."""
    world = World()
    world.opened()
    world.at_step("cancel-payment", world.buyer_pays)
    assert answered(world, world.cancel()) == PurchaseStatus.PROCESSING
    world.engine.run()
    assert world.outcome.status == "paid"
    assert world.users.delivered


def test_a_purchase_that_is_being_delivered_goes_on() -> None:
    """PaymentSuccess is at work: the cancel starts no second one and changes nothing."""
    world = World()
    world.opened()
    world.faults.before["deliver"] = [UNAVAILABLE] * 5
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: "deliver" in world.operations())
    assert answered(world, world.cancel()) == PurchaseStatus.PROCESSING
    world.engine.run()
    assert world.outcome.status == "paid"
    assert world.notifications.kinds() == ["payment.success"]


def test_what_the_bank_declines_later_ends_as_failed() -> None:
    """The bank has decided, and not the buyer."""
    world = refused_while_the_bank_processes()
    world.attempt_fails()
    world.event_failed()
    world.engine.run()
    assert world.outcome.status == "failed"
    assert world.notifications.kinds() == ["payment.failed"]
    assert_undone(world)


def test_a_refused_cancel_leaves_the_buyer_the_time_until_the_deadline() -> None:
    """Payable again after all: the purchase is neither canceled nor asked for until its deadline."""
    world = refused_while_the_bank_processes()
    world.payments.set(status=PaymentStatus.PAYABLE)
    world.engine.run(until_time=at(TTL.total_seconds() - 1))
    assert not world.purchase.closed
    world.engine.run()
    assert world.outcome.status == "expired"
    assert world.engine.now >= at(TTL.total_seconds())


def test_who_asks_again_and_again_is_refused_unasked() -> None:
    """What was seen a moment ago is told again; some minutes later Payments is asked anew."""
    world = refused_while_the_bank_processes()
    asked = world.purchase.steps.count("retrieve-payment")
    told = ("not-cancelable", PurchaseStatus.PROCESSING)
    assert [refusal_of(world, world.cancel()) for _ in range(3)] == [told] * 3
    assert world.purchase.steps.count("retrieve-payment") == asked
    world.payments.set(status=PaymentStatus.PAYABLE)
    world.engine.run(until_time=at(2 * policies.CANCEL_AGAIN.total_seconds()))
    assert answered(world, world.cancel()) == CANCELED
    world.engine.run()
    assert_undone(world)


@pytest.mark.parametrize("operation", ["create", "reserve"])
@pytest.mark.parametrize("lost", [True, False])
def test_a_purchase_that_is_still_opening_is_canceled_once_it_is_open(operation: str, *, lost: bool) -> None:
    """A step hangs: who waits for the opening gets its answer, who cancels gets his, and nothing is held."""
    world = World()
    (world.faults.after if lost else world.faults.before)[operation] = [UNAVAILABLE] * 3
    opening = world.open()
    world.engine.run(until=lambda: operation in world.operations())
    assert answered(world, world.cancel()) == CANCELED
    assert world.answer(opening, Answer).payment_id == world.payments.known().payment_id
    world.engine.run()
    assert world.outcome.status == "canceled"
    assert world.notifications.kinds() == ["payment.canceled"]
    assert_undone(world)


def test_an_opening_that_is_refused_is_rejected_and_not_canceled() -> None:
    """Sold out meanwhile: the purchase has ended by itself, which is told."""
    world = World()
    world.projects.refusal = Refused("sold-out", "sold out")
    world.open()
    assert answered(world, world.cancel()) == PurchaseStatus.REJECTED
    world.engine.run()
    assert world.notifications.kinds() == []
    assert_undone(world)


def test_an_opening_that_is_given_up_is_rejected_and_not_canceled() -> None:
    """Payments is away for longer than an opening takes: nothing is charged or held either way."""
    world = World()
    world.faults.before["create"] = [UNAVAILABLE] * 100
    world.open()
    world.engine.run(until=lambda: world.engine.now > at(2))
    assert answered(world, world.cancel()) == PurchaseStatus.REJECTED
    world.engine.run()
    assert world.payments.tombstone

"""The buyer cancels: an unpaid purchase ends at once, and what is paid, or may be, goes on as if nobody had asked."""

from typing import Any

import pytest
from temporalio.api.failure.v1 import Failure

from domain.errors import Refused
from domain.messages import PurchaseView
from domain.purchase import Answer, PaymentStatus, PurchaseStatus
from tests.sagas.sdk import value_of
from tests.sagas.test_cancellation import assert_undone
from tests.sagas.world import BROKEN, TTL, UNAVAILABLE, World, at
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


# ---- unpaid ---------------------------------------------------------------------------------------------------------


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


# ---- paid -----------------------------------------------------------------------------------------------------------


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


# ---- at the bank ----------------------------------------------------------------------------------------------------


def refused_while_the_bank_processes() -> World:
    """A purchase whose cancel came too late, for the bank is at it."""
    world = World()
    world.opened()
    world.payments.set(status=PaymentStatus.PROCESSING)
    assert answered(world, world.cancel()) == PurchaseStatus.PROCESSING
    return world


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


# ---- while it opens -------------------------------------------------------------------------------------------------


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


# ---- other ends at the same time ------------------------------------------------------------------------------------


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


# ---- parked ---------------------------------------------------------------------------------------------------------


def test_a_cancel_of_a_paid_purchase_that_waits_for_an_operator_changes_nothing() -> None:
    """PaymentSuccess is parked: the money is there, so it is delivered once somebody has mended the cause."""
    world = World()
    world.opened()
    world.faults.before["deliver"] = [BROKEN]
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
    world.faults.before[operation] = [BROKEN]
    update = world.cancel()
    world.engine.run(until=lambda: world.status == "needs_attention")
    assert refusal_of(world, world.cancel()) == ("cancel-under-way", None)
    assert update not in world.purchase.updates
    world.engine.update(world.purchase.id, "resolve", "retry", "r1")
    assert answered(world, update) == CANCELED
    world.engine.run()
    assert world.notifications.kinds() == ["payment.canceled"]
    assert_undone(world)

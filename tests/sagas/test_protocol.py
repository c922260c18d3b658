"""The rules of the protocol's model, each by its name: two sagas race, a call is lost, an event is early or late."""

from collections.abc import Callable
from typing import Any

from domain.errors import Refused
from domain.messages import PurchaseResult, Signal
from domain.payment import PaymentStatus
from domain.purchase import PurchaseStatus
from tests.sagas.fakes import PAYMENT_ID
from tests.sagas.network import StepCall
from tests.sagas.world import PRICE, TTL, UNAVAILABLE, World, at


def test_failed_heeds_cancel() -> None:
    """PaymentFailed whose cancel is refused releases nothing: the buyer has paid with another card meanwhile."""
    world = World()
    world.opened()
    world.attempt_fails()
    world.event_failed()
    world.faults.before["cancel"] = [Refused("payment-paid", "paid meanwhile")]
    world.engine.run(until_time=at(60))
    assert world.failed().result.note.endswith("not canceled: paid meanwhile")
    assert world.projects.row == "reserved"
    assert world.notifications.kinds() == []


def test_failed_ends_when_money_moves() -> None:
    """PaymentFailed that finds the payment paid or processing ends at once."""
    for status in (PaymentStatus.PAID, PaymentStatus.PROCESSING):
        world = World()
        world.opened()
        world.payments.set(status=status)
        world.event_failed()
        world.engine.run(until_time=at(60))
        assert world.failed().closed
        assert world.operations() == ["create", "reserve"]


def test_failed_leaves_a_cancel_of_another_saga_alone() -> None:
    """A payment that another saga canceled is that saga's to end; canceled by the provider it is ours."""
    world = World()
    world.opened()
    world.payments.set(status=PaymentStatus.CANCELED, canceled_by="purchase/p1/cancel-payment")
    world.event_failed()
    world.engine.run(until_time=at(60))
    assert world.failed().closed
    assert world.projects.row == "reserved"

    world = World()
    world.opened()
    world.payments.set(status=PaymentStatus.CANCELED, canceled_by=None)
    world.event_failed()
    world.engine.run()
    assert world.outcome.status == "failed"


def test_expiry_heeds_processing() -> None:
    """At the deadline a payment that the bank processes is waited for, not released."""
    world = World()
    world.opened()
    world.payments.set(status=PaymentStatus.PROCESSING)
    world.engine.run(until_time=at(TTL.total_seconds() + 3600))
    assert world.projects.row == "reserved"
    assert world.status == "processing"
    world.pays()
    assert world.outcome.status == "paid"


def test_one_winner() -> None:
    """Success and expiry race for the row: who loses publishes nothing, and the winner tells the purchase."""
    world = World()
    world.opened()
    world.buyer_pays()
    world.projects.row, world.projects.closed_by = "closed", f"payment-failed/{PAYMENT_ID}/ch_1/release-offset"
    world.event_succeeded()
    world.engine.run(until_time=at(60))
    assert world.success.closed
    assert world.notifications.kinds() == []
    assert not world.purchase.closed


def test_closed_is_final_and_claim_of_unclaimed() -> None:
    """A late success on a row that nobody claimed wins it, gives the money back and ends `refunded`."""
    world = World()
    world.opened()
    world.projects.row = "closed"
    world.pays()
    assert world.payments.known().amount_refunded == world.payments.known().amount
    assert world.notifications.kinds() == ["payment.refunded"]
    assert world.outcome.status == "refunded"
    assert not world.users.delivered


def test_retrieve_again() -> None:
    """A cancel refused at the deadline does not deafen the purchase: it asks again until it has ended."""
    world = World()
    world.opened()
    world.faults.before["cancel"] = [Refused("payment-processing", "the bank has begun")] * 3
    world.engine.run()
    assert world.outcome.status == "expired"


def test_deadline_finds_a_lost_webhook() -> None:
    """Paid, but no event came: the deadline finds the money, starts PaymentSuccess, and the purchase is delivered."""
    world = World()
    world.opened()
    world.buyer_pays()
    world.engine.run()
    assert world.outcome.status == "paid"
    assert world.users.delivered


def test_undo_money_by_state() -> None:
    """Captured money is refunded, also with manual capture; money that is only authorised is canceled."""
    for manual in (False, True):
        world = World(manual=manual)
        world.opened()
        world.faults.before["deliver"] = [Refused("not-found", "no such buyer")]
        world.pays()
        assert world.payments.known().amount_refunded == world.payments.known().amount
        assert world.outcome.status == "refunded"

    world = World(manual=True)
    world.opened()
    world.projects.row = "closed"
    world.pays()
    assert world.payments.known().status == "canceled"
    assert "refund" not in world.operations()


def test_money_before_offset() -> None:
    """The offset is returned only after the money is back."""
    world = World()
    world.opened()
    world.faults.before["deliver"] = [Refused("not-found", "no such buyer")]
    world.pays()
    undone = [o for o in world.operations() if o in {"revoke", "cancel", "refund", "restock", "publish"}]
    assert undone == ["revoke", "cancel", "refund", "restock", "publish"]
    assert world.projects.row == "returned"


def test_money_before_offset_in_an_opening() -> None:
    """Undoing an opening waits with the offset until the payment is canceled."""
    world = World()
    world.faults.after["reserve"] = [UNAVAILABLE] * 1000
    world.faults.before["cancel_payment_of"] = [UNAVAILABLE] * 5
    world.open()
    world.engine.run()
    operations = world.operations()
    assert operations.index("release") > max(n for n, name in enumerate(operations) if name == "cancel_payment_of")
    assert world.outcome.status == "rejected"
    assert world.projects.row == "closed"


def test_capture_by_state() -> None:
    """A capture whose answer was lost and whose repeat is refused is judged by the payment: captured is done."""
    world = World(manual=True)
    world.opened()
    world.faults.after["capture"] = [Refused("payment-not-capturable", "already captured")]
    world.pays()
    assert world.outcome.status == "paid"


def test_failed_is_published() -> None:
    """A refused capture is told as `payment.failed`, once, and its purchase hears of it."""
    world = World(manual=True)
    world.opened()
    world.payments.capture_refused = True
    world.pays()
    assert world.outcome.status == "failed"
    assert world.engine.now < at(TTL.total_seconds())
    assert world.notifications.kinds() == ["payment.failed"]
    assert world.payments.known().status == "canceled"
    assert world.projects.row == "returned"


def test_record_outlives_workflow() -> None:
    """After Temporal's retention a late event finds the purchase ended, and its saga ends without an effect."""
    world = World()
    world.opened()
    world.pays()
    before = world.operations()
    world.engine.executions.clear()
    world.event_succeeded()
    world.event_failed()
    world.engine.run()
    assert world.success.closed
    assert world.failed().closed
    assert world.operations() == before


def test_success_waits_for_truth() -> None:
    """PaymentSuccess that reads a stale `not paid` reads again instead of ending."""
    world = World()
    world.opened()
    world.event_succeeded()
    world.engine.run(until_time=at(10))
    assert not world.success.closed
    world.buyer_pays()
    world.engine.run()
    assert world.outcome.status == "paid"


def test_success_before_the_reservation() -> None:
    """Paid before StartPayment has reserved: PaymentSuccess waits for the row."""
    world = World()
    world.faults.before["reserve"] = [UNAVAILABLE] * 4
    world.open()
    world.engine.run(until=lambda: world.payments.payment is not None)
    world.pays()
    assert world.outcome.status == "paid"


def test_success_of_a_canceled_payment_leaves_the_end_to_who_has_closed_the_row() -> None:
    """The deadline has canceled and released before PaymentSuccess asks: it claims the row, and loses."""
    world = World()
    world.opened()
    world.at_step("publish-notification", world.event_succeeded)
    world.engine.run()
    assert world.success.result.status is None
    assert world.outcome.status == "expired"


def test_canceled_is_undone() -> None:
    """PaymentSuccess sells, its worker dies, and the authorisation ends: the task that is repeated takes it back."""
    world = with_a_death_after("commit", lambda world: world.payments.set(status=PaymentStatus.CANCELED))
    assert (world.outcome.status, world.outcome.reason) == ("failed", "payment-canceled")
    assert world.projects.row == "returned"
    assert world.notifications.kinds() == ["payment.failed"]


def test_a_purchase_that_was_terminated_and_repaired_is_published_under_one_id() -> None:
    """The saga that decides it publishes in its place; told again by the repair, the purchase publishes that event."""
    world = World()
    world.opened()
    world.purchase.closed = True
    world.pays()
    assert world.notifications.kinds() == ["payment.success"]
    world.purchase.closed = False
    result = PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.PAID)
    world.engine.signal(world.purchase.id, Signal.COMPLETE, result)
    world.engine.run()
    assert world.operations().count("publish") == 2
    assert [*world.notifications.events] == [f"{world.purchase.id}/publish-notification"]


def test_told_then_published() -> None:
    """PaymentSuccess delivers, its worker dies, and a hand refunds: nobody has been told of a success by then."""
    world = with_a_death_after("deliver", lambda world: world.payments.set(amount_refunded=PRICE))
    assert world.outcome.status == "refunded"
    assert world.users.revoked
    assert world.notifications.kinds() == ["payment.refunded"]


def with_a_death_after(operation: str, meanwhile: Callable[[World], object]) -> World:
    """A paid purchase, the worker of PaymentSuccess killed after a call, and what happens before it is back."""
    died: list[StepCall] = []

    def carry(call: StepCall) -> Any:
        answer = world.faults.carry(call)
        if call.operation == operation and not died:
            died.append(call)
            world.engine.crash("PaymentSuccess")
            meanwhile(world)
        return answer

    world = World(manual=True, carry=carry)
    world.opened()
    world.pays()
    assert died
    return world


def test_opening_heeds_payment() -> None:
    """An opening that is given up while the buyer's money moves goes on instead, and is delivered."""
    world = World()
    world.faults.before["reserve"] = [UNAVAILABLE] * 12
    world.open()
    world.engine.run(until=lambda: world.payments.payment is not None)
    world.pays()
    assert world.outcome.status == "paid"
    assert world.users.delivered

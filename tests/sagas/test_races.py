"""What few purchases meet: money that moves while an opening is undone, races that are lost, steps that refuse."""

from domain.errors import Refused
from domain.messages import PurchaseResult
from domain.payment import PaymentStatus
from domain.purchase import Outcome, PurchaseStatus
from tests.sagas.fakes import PAYMENT_ID
from tests.sagas.world import BROKEN, TTL, UNAVAILABLE, World, at


def test_money_that_moves_for_sold_out_offset_is_given_back() -> None:
    """Refused for want of stock, but paid meanwhile: nothing is opened, and the paid way refunds."""
    world = World()
    world.projects.refusal = Refused("sold-out", "sold out")
    world.engine.before_step = lambda _saga, step: world.buyer_pays() if step == "cancel-payment-of" else None
    world.open()
    world.engine.run(until_time=at(10))
    assert world.outcome.status == "refunded"
    assert world.operations().count("reserve") == 1
    assert world.payments.known().amount_refunded == world.payments.known().amount
    assert world.notifications.kinds() == ["payment.refunded"]


def test_an_opening_that_loses_its_reservation_waits_to_be_told() -> None:
    """Undoing finds the row closed by another saga: that one has decided, and tells."""
    world = World()
    world.projects.refusal = Refused("sold-out", "sold out")

    def another_is_quicker(_saga: str, step: str) -> None:
        if step == "release-offset":
            world.projects.closed_by = f"payment-failed/{PAYMENT_ID}/ch_1/release-offset"

    world.engine.before_step = another_is_quicker
    world.open()
    world.engine.run(until_time=at(60))
    assert not world.purchase.closed
    world.engine.signal(
        world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.REFUNDED)
    )
    world.engine.run()
    assert world.outcome.status == "refunded"


def test_an_opening_that_cannot_be_resumed_goes_the_paid_way() -> None:
    """Given up, paid meanwhile, and the offset is refused at the second try: the money goes back."""
    world = World()
    world.faults.before["reserve"] = [*([UNAVAILABLE] * 8), Refused("reservation-closed", "closed")]

    def pay_at_the_undo(_saga: str, step: str) -> None:
        if step == "cancel-payment-of":
            world.buyer_pays()
            world.projects.row = "closed"

    world.engine.before_step = pay_at_the_undo
    world.open()
    world.engine.run()
    assert world.outcome.status == "refunded"
    assert not world.users.delivered


def test_a_deadline_that_finds_the_end_recorded_ends() -> None:
    """A purchase that another run has recorded is not ended a second time."""
    world = World()
    world.opened()
    world.payments.set(outcome=Outcome(status=PurchaseStatus.CANCELED, fingerprint="f1"))
    world.engine.run()
    assert world.purchase.result.status == "canceled"
    assert world.operations() == ["create", "reserve"]


def test_a_deadline_leaves_a_success_under_way_alone() -> None:
    """At the deadline PaymentSuccess is waiting for Projects: it is not started twice, and delivers in the end."""
    world = World()
    world.opened()
    world.faults.before["commit"] = [UNAVAILABLE] * 60
    world.pays()
    assert world.engine.now > at(TTL.total_seconds())
    assert world.outcome.status == "paid"
    assert world.operations().count("deliver") == 1


def test_a_buyer_who_pays_at_the_last_moment_is_delivered() -> None:
    """Paid between the deadline's question and its cancel: the cancel is refused, and PaymentSuccess is started."""
    world = World()
    world.opened()
    world.engine.before_step = lambda _saga, step: (
        world.buyer_pays() if step == "cancel-payment" and not world.payments.known().amount_captured else None
    )
    world.engine.run()
    assert world.outcome.status == "paid"
    assert world.users.delivered


def test_a_failed_payment_that_loses_the_row_says_nothing() -> None:
    """PaymentFailed whose release is lost leaves the telling to the winner."""
    world = World()
    world.opened()
    world.attempt_fails()
    world.faults.before["release"] = [Refused("reservation-closed", "another saga closed it")]
    world.event_failed()
    world.engine.run(until_time=at(60))
    assert world.failed().closed
    assert world.notifications.kinds() == []


def test_progress_after_the_end_changes_nothing() -> None:
    """A late word from another saga does not reopen a purchase that has ended."""
    world = World()
    world.opened()
    world.faults.before["record"] = [UNAVAILABLE] * 3
    world.engine.signal(
        world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.FAILED)
    )
    world.engine.signal(world.purchase.id, "progress", {"status": "processing"})
    world.engine.run()
    assert world.status == "failed"


def test_a_purchase_that_is_closed_already_needs_no_telling() -> None:
    """Telling a purchase that somebody has ended is no error."""
    world = World()
    world.opened()
    world.buyer_pays()
    world.purchase.closed = True
    world.event_succeeded()
    world.engine.run()
    assert world.success.closed
    assert world.success.result.status == "paid"


def test_the_first_end_stays() -> None:
    """An end that is told twice changes nothing the second time."""
    world = World()
    world.opened()
    world.engine.signal(
        world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.FAILED)
    )
    world.engine.signal(
        world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.PAID)
    )
    world.engine.run()
    assert world.outcome.status == "failed"


def test_a_purchase_without_an_end_parks_a_day_after_its_deadline() -> None:
    """Nobody hangs: a purchase whose end is nobody's calls for a human."""
    world = World()
    world.opened()
    world.projects.row, world.projects.closed_by = "closed", "somebody else"
    world.engine.run()
    assert world.status == "needs_attention"
    assert world.engine.now > at(TTL.total_seconds() + 86_400)
    world.engine.signal(
        world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.FAILED)
    )
    world.engine.run()
    assert world.outcome.status == "failed"


def test_a_purchase_whose_success_is_stuck_calls_for_a_human() -> None:
    """It showed `processing` at its deadline and is paid now, but its PaymentSuccess is parked and tells nobody."""
    world = World()
    world.opened()
    world.payments.set(status=PaymentStatus.PROCESSING)
    world.engine.run(until_time=at(TTL.total_seconds() + 10))
    assert world.status == "processing"
    world.buyer_pays()
    world.event_succeeded()
    world.faults.before["retrieve"] = [BROKEN] * 2
    world.engine.run()
    assert world.status == "needs_attention"
    world.engine.update(world.success.id, "resolve", "retry", "r1")
    world.engine.run()
    assert world.outcome.status == "paid"


def test_the_first_record_stays() -> None:
    """A purchase whose end is recorded already ends as the record says."""
    world = World()
    world.opened()
    first = Outcome(status=PurchaseStatus.REFUNDED, fingerprint="f1")
    world.payments.set(outcome=first)
    world.engine.signal(
        world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.FAILED)
    )
    world.engine.run()
    assert world.purchase.result.status == "refunded"
    assert world.status == "refunded"

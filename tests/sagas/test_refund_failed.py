"""A refund that the bank fails days later."""

from domain.errors import Refused
from domain.messages import ParkedView, RefundFailedInput
from tests.sagas.fakes import PAYMENT_ID
from tests.sagas.test_parking import choices, decide
from tests.sagas.world import PRICE, World

START = RefundFailedInput(payment_id=PAYMENT_ID, refund_id="re_1")
ID = START.workflow_id


def failed_refund(left: int = PRICE) -> World:
    """A purchase that was refunded, and whose buyer never got that part of the money."""
    world = World()
    world.opened()
    world.users.revoked = True
    world.pays()
    assert world.outcome.status == "refunded"
    world.payments.set(amount_refunded=PRICE - left)
    world.engine.start("RefundFailed", START, ID)
    world.engine.run()
    return world


def test_it_parks_at_once() -> None:
    """Only a human can help; the reason names the refund and the money, and the outcome stays."""
    world = failed_refund()
    view = world.engine.query(ID, "parked", ParkedView)
    assert view.reason == "The bank has failed refund re_1: 18.00 USD of 18.00 USD is owed to the buyer"
    assert world.engine.executions[ID].attributes["PurchaseStatus"] == "needs_attention"
    assert world.outcome.status == "refunded"


def test_it_tells_what_is_owed_and_not_the_price() -> None:
    """5.00 of 18.00 were refunded by hand: 13.00 is owed, and the next reason tells what is owed then."""
    world = failed_refund(left=1300)
    view = world.engine.query(ID, "parked", ParkedView)
    assert view.reason.endswith(": 13.00 USD of 18.00 USD is owed to the buyer")
    world.payments.set(amount_refunded=1000)
    world.faults.before["refund"] = [Refused("payment-not-refundable", "the bank says no")]
    decide(world, "retry", ID)
    world.engine.run()
    view = world.engine.query(ID, "parked", ParkedView)
    assert view.reason.startswith("8.00 USD of 18.00 USD is owed to the buyer: refund re_1 has failed, ")
    assert view.reason.endswith("refused: the bank says no")


def test_a_retry_refunds_once_more() -> None:
    """Another refund under a key of its own gives the money back."""
    world = failed_refund()
    decide(world, "retry", ID)
    world.engine.run()
    assert world.payments.known().amount_refunded == world.payments.known().amount
    assert world.engine.executions[ID].closed
    assert world.notifications.kinds() == ["payment.refunded"]


def test_a_buyer_paid_by_another_way_ends_it() -> None:
    """No callee shows a bank transfer: the operator's word counts."""
    world = failed_refund()
    assert choices(world, ID) == {"retry", "skip"}
    decide(world, "skip", ID)
    world.engine.run()
    assert world.engine.executions[ID].result.note == "The buyer has been paid by another way."

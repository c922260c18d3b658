"""A refund that the bank fails days later."""

from domain.messages import ParkedView, RefundFailedInput, refund_failed_workflow_id
from tests.sagas.fakes import PAYMENT_ID
from tests.sagas.test_parking import choices, decide
from tests.sagas.world import World

ID = refund_failed_workflow_id("re_1")


def failed_refund() -> World:
    """A purchase that was refunded, and whose buyer never got the money."""
    world = World()
    world.opened()
    world.users.revoked = True
    world.pays()
    assert world.outcome.status == "refunded"
    world.payments.set(amount_refunded=0)
    world.engine.start("RefundFailed", RefundFailedInput(payment_id=PAYMENT_ID, refund_id="re_1"), ID)
    world.engine.run()
    return world


def test_it_parks_at_once() -> None:
    """Only a human can help; the reason names the refund and the money, and the outcome stays."""
    world = failed_refund()
    view = world.engine.query(ID, "parked", ParkedView)
    assert view.reason == "The bank has failed refund re_1 of 18.00 USD"
    assert world.engine.executions[ID].attributes["PurchaseStatus"] == "needs_attention"
    assert world.outcome.status == "refunded"


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

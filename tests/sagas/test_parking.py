"""A saga that cannot go on: why it waits, what an operator may decide, and what comes of it."""

from typing import Any

import pytest
from temporalio.api.failure.v1 import Failure

from domain.errors import Refused
from domain.messages import ParkedView
from domain.purchase import PaymentStatus
from tests.sagas.fakes import PAYMENT_ID
from tests.sagas.sdk import value_of
from tests.sagas.world import BROKEN, SUCCEEDED, UNAVAILABLE, World, at


def parked_at(operation: str, *, manual: bool = True) -> World:
    """A paid purchase of which a step has broken its contract."""
    world = World(manual=manual)
    world.opened()
    world.faults.before[operation] = [BROKEN]
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.status == "needs_attention")
    return world


def the_parked(world: World) -> str:
    """Which saga waits: the purchase's own publishes its end, PaymentSuccess does all before it."""
    waits = world.engine.query(world.success.id, "parked", ParkedView)
    return world.success.id if waits else world.purchase.id


def decide(world: World, decision: str, workflow_id: str | None = None) -> Any:
    """What an operator's decision is answered: its sentence, or the refusal's type."""
    execution = world.engine.executions[workflow_id or the_parked(world)]
    update_id = f"{decision}-{len(execution.updates)}"
    world.engine.update(execution.id, "resolve", decision, update_id)
    world.engine.run(until=lambda: update_id in execution.updates)
    answer = execution.updates[update_id]
    return answer.application_failure_info.type if isinstance(answer, Failure) else value_of(answer, str)


def choices(world: World, workflow_id: str | None = None) -> set[str]:
    """What is offered."""
    view = world.engine.query(workflow_id or the_parked(world), "parked", ParkedView)
    return set(view.choices)


@pytest.mark.parametrize("operation", ["commit", "capture", "deliver", "publish"])
def test_retry_goes_on(operation: str) -> None:
    """Whatever step has parked: once mended, a retry delivers the purchase."""
    world = parked_at(operation)
    assert decide(world, "retry") == "What failed is tried again."
    world.engine.run()
    assert world.outcome.status == "paid"


def test_a_parked_saga_says_why() -> None:
    """The query tells the reason in words, since when, and what each choice will do."""
    world = parked_at("deliver")
    view = world.engine.query(world.success.id, "parked", ParkedView)
    assert view.reason.startswith("Deliver 1.500 tCO2e of mangrove-2 for 18.00 USD: the callee broke its contract")
    assert set(view.choices) == {"retry", "skip", "abort"}
    assert "money goes back" in view.choices["abort"]


def test_a_saga_that_goes_on_has_nothing_parked() -> None:
    """The query answers null before and after."""
    world = parked_at("deliver")
    decide(world, "retry")
    world.engine.run()
    assert world.engine.query(world.success.id, "parked", type(None)) is None


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
    assert world.operations().count("capture") == 1


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
    world.faults.after["commit"] = [BROKEN]
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


def test_nonsense_is_refused() -> None:
    """A decision that does not exist is refused with what does."""
    assert decide(parked_at("commit"), "explode") == "not-offered"


def test_nothing_is_decided_where_nothing_is_parked() -> None:
    """A purchase that waits for its buyer takes no decision."""
    world = World()
    world.opened()
    assert decide(world, "retry", world.purchase.id) == "not-parked"


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
    world.faults.before["reserve"] = [BROKEN]
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


def test_a_parked_failure_goes_on_past_its_cancel() -> None:
    """Abort-before-pivot: with the payment canceled it can only go on; meanwhile its parking shows on the purchase."""
    world = World()
    world.opened()
    world.attempt_fails()
    world.faults.before["release"] = [BROKEN]
    world.event_failed()
    world.engine.run(until=lambda: world.status == "needs_attention")
    assert decide(world, "abort", world.failed().id) == "not-offered"
    assert decide(world, "skip", world.failed().id) == "not-seen"
    decide(world, "retry", world.failed().id)
    world.engine.run()
    assert world.outcome.status == "failed"


def test_a_step_that_is_not_answered_for_three_days_parks() -> None:
    """Users is away for a weekend and more: a human is called, and a retry delivers."""
    world = World()
    world.opened()
    world.faults.before["deliver"] = [UNAVAILABLE for _minute in range(3 * 24 * 61)]
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.success.attributes.get("PurchaseStatus") == "needs_attention")
    assert at(2.9 * 86_400) < world.engine.now < at(3.1 * 86_400)
    world.faults.before.clear()
    decide(world, "retry")
    world.engine.run()
    assert world.outcome.status == "paid"


@pytest.mark.parametrize("event", ["succeeded", "failed"])
def test_a_saga_that_cannot_even_retrieve_the_payment_parks_and_says_nothing_of_a_purchase(event: str) -> None:
    """Payments refuses our token: operators find the saga by its payment, and a retry heals it."""
    world = World()
    world.opened()
    world.faults.before["retrieve"] = [BROKEN]
    saga = SUCCEEDED.workflow_id if event == "succeeded" else f"payment-failed/{PAYMENT_ID}/ch_1"
    if event == "succeeded":
        world.buyer_pays()
        world.event_succeeded()
    else:
        world.attempt_fails()
        world.event_failed()
    world.engine.run(until_time=at(60))
    assert world.engine.executions[saga].attributes["PurchaseStatus"] == "needs_attention"
    assert world.status == "awaiting_payment"
    decide(world, "retry", saga)
    world.engine.run()
    assert world.outcome.status == ("paid" if event == "succeeded" else "failed")


def test_an_abort_before_the_payment_is_known_promises_nothing() -> None:
    """Nothing was done that could be undone, and the choice says so; the deadline finds the money and delivers."""
    world = World()
    world.opened()
    world.faults.before["retrieve"] = [BROKEN]
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until_time=at(60))
    view = world.engine.query(world.success.id, "parked", ParkedView)
    assert view.choices["abort"].startswith("The saga ends and does nothing")
    decide(world, "abort")
    world.engine.run()
    assert world.outcome.status == "paid"

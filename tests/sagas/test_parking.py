"""A saga that cannot go on: why it waits, what an operator may decide, and what comes of it."""

from typing import Any

import pytest
from temporalio.api.failure.v1 import Failure

from domain.errors import Refused
from domain.messages import ParkedView
from tests.sagas.sdk import value_of
from tests.sagas.world import BROKEN, UNAVAILABLE, World, at


def parked_at(operation: str, *, manual: bool = True) -> World:
    """A paid purchase of which a step has broken its contract."""
    world = World(manual=manual)
    world.opened()
    world.faults.before[operation] = [BROKEN] * 2
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


@pytest.mark.parametrize(
    ("step", "operation", "failure"),
    [
        ("deliver-offset", "deliver", BROKEN),
        ("publish-notification", "publish", Refused("unroutable", "no queue takes it")),
    ],
)
def test_what_parks_has_failed_as_an_activity(step: str, operation: str, failure: Exception) -> None:
    """Temporal's UI shows a step of a saga's task in one colour, done or not; an activity that has failed is red."""
    world = World()
    world.opened()
    world.faults.before[operation] = [failure] * 2
    within_task: list[bool] = []

    def notice(saga: str, taken: str) -> None:
        if taken == step:
            activities = world.engine.executions[saga].activities.values()
            within_task.extend(activity.local for activity in activities if activity.name == step)

    world.engine.before_step = notice
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.status == "needs_attention")
    assert within_task == [True, False]


def test_a_saga_that_goes_on_has_nothing_parked() -> None:
    """The query answers null before and after."""
    world = parked_at("deliver")
    decide(world, "retry")
    world.engine.run()
    assert world.engine.query(world.success.id, "parked", type(None)) is None


def test_nonsense_is_refused() -> None:
    """A decision that does not exist is refused with what does."""
    assert decide(parked_at("commit"), "explode") == "not-offered"


def test_nothing_is_decided_where_nothing_is_parked() -> None:
    """A purchase that waits for its buyer takes no decision."""
    world = World()
    world.opened()
    assert decide(world, "retry", world.purchase.id) == "not-parked"


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


def test_a_saga_that_cannot_even_retrieve_the_payment_parks_and_says_nothing_of_a_purchase() -> None:
    """Payments refuses our token: operators find the saga by its payment, and a retry heals it."""
    world = World()
    world.opened()
    world.faults.before["retrieve"] = [BROKEN] * 2
    world.attempt_fails()
    world.event_failed()
    world.engine.run(until_time=at(60))
    assert world.failed().attributes["PurchaseStatus"] == "needs_attention"
    assert world.status == "awaiting_payment"
    decide(world, "retry", world.failed().id)
    world.engine.run()
    assert world.outcome.status == "failed"

"""Money is compared with the order, and an answer grows old: what people do at the provider before the delivery."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import ContractBroken
from domain.messages import ParkedView
from tests.sagas import test_parking
from tests.sagas.network import StepCall
from tests.sagas.test_parking import parked_at
from tests.sagas.world import PRICE, UNAVAILABLE, World, at

PART = 100

OPERATOR_TAKES = timedelta(minutes=1)

Act = Callable[[World], None]


def becomes(**fields: Any) -> Act:
    """What happens to the payment at the provider meanwhile."""
    return lambda world: world.payments.set(**fields)


# What a hand, a bank or a buyer's dispute does to money that was taken; and how much is given back in the end.
SPOILT = {
    "refunded": (becomes(amount_refunded=PRICE), "refunded-before-delivery", PRICE),
    "refunded in part": (becomes(amount_refunded=500), "refunded-before-delivery", PRICE),
    "disputed": (becomes(disputes_open=1), "disputed-before-delivery", PRICE),
    "lost to a bank": (becomes(amount_disputed=PRICE), "disputed-before-delivery", PRICE),
    "captured more": (becomes(amount_captured=PRICE + 1), "amount-differs", PRICE + 1),
}


def undone(world: World, reason: str, given_back: int) -> None:
    """Nothing is delivered, sold or kept, and everybody is told so."""
    assert (world.outcome.status, world.outcome.reason) == ("refunded", reason)
    assert not world.users.delivered
    assert world.projects.row in {"closed", "returned"}
    payment = world.payments.known()
    assert (payment.amount_captured, payment.amount_refunded) == (given_back, given_back)
    assert world.notifications.kinds() == ["payment.refunded"]
    assert [event.data["amount_refunded"] for event in world.notifications.events.values()] == [given_back]


def decide(world: World, decision: str) -> Any:
    """Resolve the parked saga after a while, and let it go on; what the operator is told."""
    world.engine.agenda.now += OPERATOR_TAKES
    told = test_parking.decide(world, decision)
    world.engine.run()
    return told


@pytest.mark.parametrize(("act", "reason", "given_back"), SPOILT.values(), ids=SPOILT)
def test_money_that_is_not_all_there_buys_nothing(act: Act, reason: str, given_back: int) -> None:
    """Whatever has become of it before the saga first asks: the purchase is undone."""
    world = World()
    world.opened()
    world.buyer_pays()
    act(world)
    world.event_succeeded()
    world.engine.run()
    undone(world, reason, given_back)


@pytest.mark.parametrize(("act", "reason", "given_back"), SPOILT.values(), ids=SPOILT)
def test_an_old_answer_buys_nothing(act: Act, reason: str, given_back: int) -> None:
    """Users is away, meanwhile something becomes of the money, Users is back: never delivered, not for a moment."""
    world = World()
    world.opened()
    world.faults.before["deliver"] = [UNAVAILABLE] * 10
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until_time=at(5))
    act(world)
    world.engine.run()
    undone(world, reason, given_back)
    # Those that Users did not answer, and none since.
    assert world.operations().count("deliver") < 10


@pytest.mark.parametrize(("act", "reason", "given_back"), SPOILT.values(), ids=SPOILT)
def test_a_delivery_that_hung_while_the_money_went_is_taken_back(act: Act, reason: str, given_back: int) -> None:
    """Users is stopped with the request in its hands, and later answers that it is delivered: the saga asks again."""

    def carry(call: StepCall) -> Any:
        if call.operation == "deliver":
            act(world)
            world.engine.agenda.now += timedelta(seconds=5)
        return world.faults.carry(call)

    world = World(carry=carry)
    world.opened()
    world.pays()
    undone(world, reason, given_back)
    assert world.users.revoked


def test_a_delivery_whose_answer_is_lost_is_not_known() -> None:
    """Delivered, not heard of, and then the money goes back by hand: all of it goes back, as nobody was told."""
    world = World()
    world.opened()
    world.faults.after["deliver"] = [UNAVAILABLE] * 3
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.users.delivered)
    world.payments.set(amount_refunded=PRICE)
    world.engine.agenda.now += timedelta(seconds=5)
    world.engine.run()
    undone(world, "refunded-before-delivery", PRICE)
    assert world.users.revoked


def test_a_refund_after_the_delivery_is_between_people() -> None:
    """Past the point of no return it changes nothing: the purchase is paid, and the audit tells of it."""
    world = World()
    world.opened()
    world.faults.before["publish"] = [UNAVAILABLE] * 5
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: "publish-notification" in world.purchase.steps)
    world.payments.set(amount_refunded=PRICE)
    world.engine.run()
    assert world.outcome.status == "paid"
    assert world.users.delivered


def test_a_healthy_payment_is_retrieved_once() -> None:
    """Where no time has passed a second question would only cost the provider's calls."""
    world = World()
    world.opened()
    world.pays()
    assert [operation for operation, _ in world.faults.calls].count("retrieve") == 1


def test_a_parked_delivery_asks_before_it_goes_on() -> None:
    """Refunded by hand while it waits for its operator: a retry does not deliver."""
    world = parked_at("deliver")
    world.payments.set(amount_refunded=PRICE)
    decide(world, "retry")
    undone(world, "refunded-before-delivery", PRICE)
    # Within the task, and as an activity: both before it parked.
    assert world.operations().count("deliver") == 2


def test_a_delivery_that_was_skipped_is_asked_for() -> None:
    """Delivered by hand, and refunded by hand: the offset is taken back."""
    world = parked_at("deliver")
    world.users.delivered = True
    world.payments.set(amount_refunded=PRICE)
    decide(world, "skip")
    undone(world, "refunded-before-delivery", PRICE)


def test_a_delivery_after_which_nobody_answers_may_be_undone() -> None:
    """Payments refuses us after a delivery that took its time: it waits for an operator, who may still abort."""
    world = World()
    world.opened()
    world.faults.before["deliver"] = [UNAVAILABLE] * 5
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: "deliver" in world.operations())
    seen: list[str] = []

    def break_the_retrieval(_saga: str, step: str) -> None:
        if step == "retrieve-payment":
            seen.append(step)
            world.faults.before["retrieve"] = [ContractBroken("401")] * 2

    world.engine.before_step = break_the_retrieval
    world.engine.run(until=lambda: world.status == "needs_attention")
    view = world.engine.query(world.success.id, "parked", ParkedView)
    assert (len(seen), set(view.choices)) == (2, {"retry", "abort"})
    world.engine.before_step = lambda _saga, _step: None
    decide(world, "abort")
    undone(world, "aborted", PRICE)


def test_the_timeline_tells_what_was_given_back() -> None:
    """Not the order's price: 1.00 was taken, and 1.00 is back."""
    world = World(manual=True)
    world.opened()
    world.engine.before_step = lambda _saga, step: (
        world.payments.set(amount_captured=PART, amount_authorised=0) if step == "capture-payment" else None
    )
    world.pays()
    told = {entry.event: entry.detail for entry in world.outcome.timeline}
    assert told["payment_refunded"] == "1.00 USD"

"""A purchase's normal life: what each of its ends does, and in which order."""

from typing import Any

import pytest
from temporalio.api.failure.v1 import Failure

from domain.errors import Refused
from domain.purchase import Answer, PurchaseStatus
from tests.sagas.fakes import PAYMENT_ID
from tests.sagas.world import BROKEN, OPENING_TIMEOUT, PRICE, TTL, UNAVAILABLE, World, at


def failure_of(world: World, update_id: str) -> tuple[str, str]:
    """The type and message of a failed update."""
    failure = world.purchase.updates[update_id]
    assert isinstance(failure, Failure)
    return failure.application_failure_info.type, failure.message


def test_an_opening_creates_reserves_and_answers() -> None:
    """The answer goes out after payment and reservation, while the purchase lives on."""
    world = World()
    update = world.open()
    world.engine.run(until_time=at(1))
    answer = world.answer(update, Answer)
    assert world.operations() == ["create", "reserve"]
    assert (answer.payment_id, answer.amount, answer.status) == (PAYMENT_ID, PRICE, "awaiting_payment")
    assert answer.expires_at == at(TTL.total_seconds())
    assert answer.opened_by == "request-1"
    assert world.status == "awaiting_payment"
    assert not world.purchase.closed


def test_a_paid_purchase_is_delivered() -> None:
    """Paid: the offset is committed before it is delivered, the world is told once, and the outcome recorded."""
    world = World()
    world.opened()
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run()
    assert world.operations() == ["create", "reserve", "commit", "deliver", "publish", "record"]
    assert world.notifications.kinds() == ["payment.success"]
    assert world.outcome.status == "paid"
    assert world.purchase.result.status == "paid"
    assert world.success.result.status == "paid"
    assert world.purchase.attributes["PurchaseStatus"] == "paid"


def test_a_manual_capture_comes_between_commit_and_delivery() -> None:
    """With manual capture the money is taken only once the offset is sold, and before it is delivered."""
    world = World(manual=True)
    world.opened()
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run()
    assert world.operations() == ["create", "reserve", "commit", "capture", "deliver", "publish", "record"]
    assert world.payments.known().amount_captured == PRICE


def test_the_timeline_tells_the_whole_story() -> None:
    """The recorded timeline joins what both sagas did, in the order of time."""
    world = World()
    world.opened()
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run()
    events = [entry.event for entry in world.outcome.timeline]
    assert events == [
        "opening",
        "payment_created",
        "offset_reserved",
        "awaiting_payment",
        "payment_received",
        "offset_sold",
        "offset_delivered",
        "notified",
        "paid",
    ]


def test_a_declined_card_releases_the_offset() -> None:
    """Declined: cancel first, release after it, tell, record."""
    world = World()
    world.opened()
    world.attempt_fails()
    world.event_failed()
    world.engine.run()
    assert world.operations() == ["create", "reserve", "cancel", "release", "publish", "record"]
    assert world.notifications.kinds() == ["payment.failed"]
    assert (world.outcome.status, world.outcome.reason) == ("failed", "payment-failed")
    assert world.projects.row == "closed"


def test_a_declined_card_with_attempts_left_keeps_the_purchase_open() -> None:
    """With attempts left the buyer may try another card: told, and nothing else is done."""
    world = World()
    world.opened()
    world.attempt_fails()
    world.event_failed(attempts_max=2)
    world.engine.run(until_time=at(60))
    assert world.operations() == ["create", "reserve", "publish"]
    assert world.notifications.kinds() == ["payment.attempt_failed"]
    assert world.status == "awaiting_payment"
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run()
    assert world.outcome.status == "paid"


def test_a_buyer_who_goes_away_lets_the_purchase_expire() -> None:
    """At the deadline: look, cancel, release, tell, record."""
    world = World()
    world.opened()
    world.engine.run()
    assert world.engine.now == at(TTL.total_seconds())
    assert world.operations() == ["create", "reserve", "cancel", "release", "publish", "record"]
    assert world.notifications.kinds() == ["payment.expired"]
    assert world.outcome.status == "expired"


@pytest.mark.parametrize(
    ("kind", "extra"), [("sold-out", {}), ("price-changed", {"current_amount": 2000}), ("not-found", {})]
)
def test_a_refused_reservation_rejects_the_purchase(kind: str, extra: dict[str, Any]) -> None:
    """Refused: answered with the reason, then the payment is canceled, then the row claimed; nobody is notified."""
    world = World()
    world.projects.refusal = Refused(kind, "the reason in words", extra)
    update = world.open()
    world.engine.run()
    assert failure_of(world, update) == (kind, "the reason in words")
    assert world.operations() == ["create", "reserve", "cancel", "release", "record"]
    assert world.payments.known().status == "canceled"
    assert (world.outcome.status, world.outcome.reason) == ("rejected", kind)
    assert world.notifications.kinds() == []


def test_a_refusal_is_answered_before_the_opening_is_undone() -> None:
    """The buyer does not wait for the undo: an away Payments delays it, not the answer."""
    world = World()
    world.projects.refusal = Refused("sold-out", "sold out")
    world.faults.before["cancel"] = [UNAVAILABLE] * 5
    update = world.open()
    world.engine.run(until=lambda: update in world.purchase.updates)
    assert failure_of(world, update)[0] == "sold-out"
    assert "release" not in world.operations()
    world.engine.run()
    assert world.outcome.status == "rejected"


def test_an_opening_that_takes_too_long_is_given_up() -> None:
    """After OPENING_TIMEOUT the answer is `opening-failed`, and what may have been created is canceled by purchase."""
    world = World()
    world.faults.before["create"] = [UNAVAILABLE] * 100
    update = world.open()
    world.engine.run()
    assert failure_of(world, update)[0] == "opening-failed"
    assert world.engine.now - at(0) <= OPENING_TIMEOUT * 2
    assert world.payments.mark
    assert (world.outcome.status, world.outcome.reason) == ("rejected", "opening-failed")
    assert "release" not in world.operations()


def test_a_stale_opening_is_not_begun() -> None:
    """A worker that comes back after an hour opens nothing that nobody waits for."""
    world = World()
    update = world.open()
    world.engine.now = at(3600)
    world.engine.run()
    assert failure_of(world, update)[0] == "opening-failed"
    assert "create" not in world.operations()
    assert world.outcome.status == "rejected"


def test_a_double_click_gets_the_same_answer() -> None:
    """Two requests with one key and body open one purchase."""
    world = World()
    first = world.open()
    second = world.open(opened_by="request-2")
    world.engine.run(until_time=at(1))
    assert first == second
    assert world.operations() == ["create", "reserve"]
    assert world.answer(first, Answer).opened_by == "request-1"


def test_a_key_with_another_body_is_refused() -> None:
    """The same key with another body reaches the validator."""
    world = World()
    world.open()
    world.engine.run(until_time=at(1))
    other = world.open(fingerprint="f2")
    world.engine.run(until_time=at(2))
    assert failure_of(world, other)[0] == "idempotency-key-reused"


def test_a_repeat_after_retention_gets_the_recorded_answer() -> None:
    """When Temporal has forgotten the purchase, Payments' record gives the same answer and nothing is done again."""
    world = World()
    world.opened()
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run()
    before = world.operations()
    world.engine.executions.clear()
    update = world.open(opened_by="request-9")
    world.engine.run()
    assert world.answer(update, Answer).opened_by == "request-1"
    assert world.operations() == [*before, "create"]
    assert world.purchase.result.status == "paid"


def test_a_refusal_after_retention_is_the_same_refusal() -> None:
    """The recorded refusal comes again, with its numbers."""
    world = World()
    world.projects.refusal = Refused("price-changed", "it costs more now", {"current_amount": 2000})
    world.open()
    world.engine.run()
    world.engine.executions.clear()
    update = world.open()
    world.engine.run()
    assert failure_of(world, update) == ("price-changed", "it costs more now")


def test_a_repeat_after_retention_with_another_body_is_refused() -> None:
    """The record knows the fingerprint, so the key stays bound to its first body."""
    world = World()
    world.opened()
    world.engine.run()
    world.engine.executions.clear()
    update = world.open(fingerprint="f2")
    world.engine.run()
    assert failure_of(world, update)[0] == "idempotency-key-reused"


def test_a_repeated_event_starts_nothing() -> None:
    """The saga's id is the payment's: a doubled webhook finds it taken."""
    world = World()
    world.opened()
    world.buyer_pays()
    assert world.event_succeeded()
    assert not world.event_succeeded()


def test_an_event_of_an_unknown_payment_parks_after_an_hour() -> None:
    """A payment that Payments does not know is asked for again for an hour; then a human must look."""
    world = World()
    world.event_succeeded()
    world.engine.run()
    assert world.success.attributes["PurchaseStatus"] == "needs_attention"
    assert 3500 < (world.engine.now - at(0)).total_seconds() < 3700
    assert not world.success.closed


def test_an_operator_lets_a_parked_saga_try_again() -> None:
    """`resolve` with `retry` goes on where the saga parked."""
    world = World()
    world.event_succeeded()
    world.engine.run()
    world.opened()
    world.buyer_pays()
    world.engine.update(world.success.id, "resolve", "retry", "r1")
    world.engine.run()
    assert world.outcome.status == "paid"


@pytest.mark.parametrize("decision", ["retry", "skip", "abort", "nonsense"])
def test_a_saga_that_is_not_parked_refuses_decisions(decision: str) -> None:
    """There is nothing to decide on a saga that goes on by itself."""
    world = World()
    world.opened()
    world.engine.update(world.purchase.id, "resolve", decision, "r1")
    world.engine.run(until_time=at(5))
    assert world.status == "awaiting_payment"
    assert isinstance(world.purchase.updates["r1"], Failure)


def test_a_broken_contract_parks_instead_of_refunding() -> None:
    """A rotated token must not refund every buyer: the step waits for an operator, and the purchase shows it."""
    world = World()
    world.opened()
    world.buyer_pays()
    world.faults.before["deliver"] = [BROKEN]
    world.event_succeeded()
    world.engine.run(until_time=at(60))
    assert world.success.attributes["PurchaseStatus"] == "needs_attention"
    assert world.status == "needs_attention"
    assert "refund" not in world.operations()
    world.engine.update(world.success.id, "resolve", "retry", "r1")
    world.engine.run(until_time=at(120))
    assert world.outcome.status == "paid"


def test_every_step_and_timer_has_a_human_summary() -> None:
    """What an operator reads in the UI is a sentence, not a function's name."""
    world = World()
    world.opened()
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run()
    summaries = world.purchase.summaries + world.success.summaries
    assert all(" " in summary for summary in summaries)
    assert "Reserve 1.500 tCO2e of mangrove-2 for 18.00 USD" in summaries


def test_keys_are_the_saga_and_the_step() -> None:
    """A callee sees the same key on every attempt, and two steps never share one."""
    world = World()
    world.faults.before["reserve"] = [UNAVAILABLE] * 3
    world.opened()
    keys = [key for operation, key in world.faults.calls if operation == "reserve"]
    assert keys == ["purchase/p1/reserve-offset"] * 4
    by_key = {key: operation for operation, key in world.faults.calls}
    assert len(by_key) == len({operation for operation, _ in world.faults.calls})


def test_the_view_tells_a_waiting_purchase() -> None:
    """The query shows status, payment and timeline to whoever may see the purchase."""
    world = World()
    world.opened()
    view = world.view
    assert (view.status, view.payment_id) == (PurchaseStatus.AWAITING_PAYMENT, PAYMENT_ID)
    assert [entry.event for entry in view.timeline][-1] == "awaiting_payment"

"""Openings: what a buyer is answered, at first, again, and after Temporal has forgotten."""

from typing import Any

import pytest
from temporalio.api.failure.v1 import Failure

from domain.errors import Refused
from domain.purchase import Answer
from tests.sagas.fakes import MAX_OPEN, PAYMENT_ID
from tests.sagas.sdk import value_of
from tests.sagas.world import OPENING_TIMEOUT, PRICE, TTL, UNAVAILABLE, World, at


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


@pytest.mark.parametrize(
    ("kind", "extra"),
    [
        ("sold-out", {}),
        ("price-changed", {"current_amount": 2000}),
        ("too-many-open", {"max_open": 5}),
        ("too-much-held", {"max_held": "100000.000"}),
        ("not-found", {}),
    ],
)
def test_a_refused_reservation_rejects_the_purchase(kind: str, extra: dict[str, Any]) -> None:
    """Refused: answered with the reason, then the payment is canceled, then the row claimed; nobody is notified."""
    world = World()
    world.projects.refusal = Refused(kind, "the reason in words", extra)
    update = world.open()
    world.engine.run()
    assert failure_of(world, update) == (kind, "the reason in words")
    details = world.purchase.updates[update].application_failure_info.details
    assert value_of(details.payloads[0], dict) == extra
    assert world.operations() == ["create", "reserve", "cancel_payment_of", "release", "record"]
    assert (world.payments.known().status, world.projects.row) == ("canceled", "closed")
    assert (world.outcome.status, world.outcome.reason) == ("rejected", kind)
    assert world.notifications.kinds() == []


def test_what_was_refused_stays_refused_when_others_have_ended() -> None:
    """The key keeps its answer: the same request later is refused the same, also after Temporal's retention."""
    world = World()
    world.projects.others = MAX_OPEN
    update = world.open()
    world.engine.run()
    refused = failure_of(world, update)
    world.projects.others = 0
    world.engine.executions.clear()
    world.open()
    world.engine.run()
    assert failure_of(world, update) == refused
    assert refused[0] == "too-many-open"


def test_a_refusal_is_answered_before_the_opening_is_undone() -> None:
    """The buyer does not wait for the undo: an away Payments delays it, not the answer."""
    world = World()
    world.projects.refusal = Refused("sold-out", "sold out")
    world.faults.before["cancel_payment_of"] = [UNAVAILABLE] * 5
    update = world.open()
    world.engine.run(until=lambda: update in world.purchase.updates)
    assert failure_of(world, update)[0] == "sold-out"
    assert "release" not in world.operations()
    world.engine.run()
    assert world.outcome.status == "rejected"


def test_an_opening_that_takes_too_long_is_given_up() -> None:
    """After OPENING_TIMEOUT the answer is `opening-failed`; what may have been created or held is undone."""
    world = World()
    world.faults.before["create"] = [UNAVAILABLE] * 100
    update = world.open()
    world.engine.run()
    assert failure_of(world, update)[0] == "opening-failed"
    assert world.engine.now - at(0) <= OPENING_TIMEOUT * 2
    assert world.payments.tombstone
    assert (world.outcome.status, world.outcome.reason) == ("rejected", "opening-failed")
    assert (world.projects.row, world.projects.free) == ("closed", 1)


def test_a_stale_opening_is_not_begun() -> None:
    """A worker that comes back after an hour opens nothing that nobody waits for."""
    world = World()
    update = world.open()
    world.engine.agenda.now = at(3600)
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
    world.pays()
    before = world.operations()
    world.engine.executions.clear()
    update = world.open(opened_by="request-9")
    world.engine.run()
    assert world.answer(update, Answer).opened_by == "request-1"
    assert world.operations() == [*before, "create"]
    assert world.purchase.result.status == "paid"


def test_a_repeat_after_retention_that_is_given_up_changes_nothing() -> None:
    """It does not reach Payments in time; what it would undo has ended, and stays as it is recorded."""
    world = World()
    world.opened()
    world.pays()
    world.engine.executions.clear()
    world.faults.before["create"] = [UNAVAILABLE] * 100
    update = world.open()
    world.engine.run()
    assert failure_of(world, update)[0] == "opening-failed"
    assert world.purchase.result.status == world.outcome.status == "paid"
    assert (world.projects.row, world.operations()[-1]) == ("committed", "cancel_payment_of")


def test_a_repeat_after_retention_with_another_body_is_refused() -> None:
    """The record knows the fingerprint, so the key stays bound to its first body."""
    world = World()
    world.opened()
    world.engine.run()
    world.engine.executions.clear()
    update = world.open(fingerprint="f2")
    world.engine.run()
    assert failure_of(world, update)[0] == "idempotency-key-reused"

"""What a buyer is answered again."""

import pytest

from domain.answers import for_buyer, given_up, recordable, recorded_answer
from domain.errors import Refused
from tests.unit.engine.temporal import ANSWER
from tests.unit.values import outcome


@pytest.mark.parametrize("kind", ["sold-out", "price-changed", "too-much-held", "not-found", "invalid-request"])
def test_a_refusal_that_helps_the_buyer_is_told(kind: str) -> None:
    """As the callee has put it."""
    refusal = Refused(kind, "No.")
    assert for_buyer(refusal) is refusal


@pytest.mark.parametrize("kind", ["reservation-closed", "payment-canceled", "payment-mismatch", "opening-failed"])
def test_any_other_refusal_is_our_own_matter(kind: str) -> None:
    """The buyer learns that the opening failed and nothing is charged."""
    assert for_buyer(Refused(kind, "inside")).kind == "opening-failed"


def test_an_answer_survives_its_record() -> None:
    """The record brings the very answer that the buyer had."""
    assert recorded_answer(outcome(answer=recordable(ANSWER, None)), "f1") == ANSWER


def test_a_refusal_survives_its_record() -> None:
    """Kind, words and further members; a refusal outweighs an answer."""
    refusal = Refused("price-changed", "No.", {"current_amount": 1900})
    with pytest.raises(Refused) as raised:
        recorded_answer(outcome(answer=recordable(ANSWER, refusal)), "f1")
    assert (raised.value.kind, raised.value.detail, raised.value.extra) == (refusal.kind, refusal.detail, refusal.extra)


def test_a_record_without_an_answer_was_given_up() -> None:
    """Nobody was ever told anything else."""
    assert recordable(None, None) is None
    with pytest.raises(Refused) as raised:
        recorded_answer(outcome(), "f1")
    assert raised.value.kind == given_up().kind


def test_another_body_gets_no_recorded_answer() -> None:
    """The key stands for the first body, also after the end."""
    with pytest.raises(Refused, match="idempotency-key-reused"):
        recorded_answer(outcome(answer=recordable(ANSWER, None)), "f2")

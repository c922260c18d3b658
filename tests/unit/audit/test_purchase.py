"""Nothing is said of a purchase that is as it should be, and what is somebody's matter is no fault."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.rules.findings import Rule, Weight
from audit.rules.purchase import examine
from audit.rules.records import State
from tests.unit.audit.entries import ITEMS, MAIN, Entries, broken, notice, saga

OFFSET = {"payment_id": "pi_1", "purchase_id": "p1", "user_id": "alice", "items": ITEMS}

SUCCESS, FAILED, REFUND = "payment-success/pi_1", "payment-failed/pi_1/ch_1", "refund-failed/re_1"

ENDS = ["paid", "failed", "expired", "canceled", "refunded", "rejected"]

DELIVERED_AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

SECOND = timedelta(seconds=1)


def refunded_at(when: datetime) -> Entries:
    """A paid purchase, delivered at DELIVERED_AT, of which all was refunded by hand then."""
    told = {"at": DELIVERED_AT.isoformat(), "event": "offset_delivered"}
    outcome = {"status": "paid", "timeline": [told]}
    return broken("paid", payment={"amount_refunded": 1800, "refunded_since": when.isoformat(), "outcome": outcome})


@pytest.mark.parametrize("end", [None, *ENDS])
def test_records_that_add_up_are_not_mentioned(end: str | None) -> None:
    """An open purchase and each of the six ends, as the sagas leave them."""
    assert examine(Entries(end).case()) == []


@pytest.mark.parametrize(
    "records",
    [
        broken("refunded", payment={"status": "canceled", "amount_captured": 0, "amount_refunded": 0}),
        broken("refunded", reservation={"status": "closed"}),
        broken("failed", reservation={"status": "returned"}),
        broken("failed", notices=[notice("payment.attempt_failed"), notice("payment.failed")]),
        broken("rejected", reservation=None),
        broken("rejected", reservation={"items": [], "amount": 0, "currency": None}),
        broken(None, payment={"status": "paid", "amount_captured": 1800}, reservation={"status": "closed"}),
        broken(None, payment={"status": "paid", "amount_captured": 1800}, offset=OFFSET),
        broken(None, payment={"status": "canceled"}, sagas=[saga(MAIN), saga(FAILED, State.COMPLETED)]),
        broken(None, sagas=[saga(MAIN), saga(SUCCESS, State.FAILED)]),
        broken(None, notices=[notice("payment.success")]),
        broken("paid", sagas=[]),
        broken("paid", sagas=[saga(MAIN)]),
        broken("paid", sagas=[saga(MAIN, State.TERMINATED), saga(SUCCESS, State.TERMINATED)]),
        broken(None, payment=None, reservation=None, sagas=[saga(MAIN)]),
    ],
    ids=[
        "refunded by releasing an authorisation",
        "refunded before anything was reserved",
        "failed because the capture was refused",
        "failed at the second attempt",
        "rejected before it reserved",
        "rejected with a tombstone in place of a reservation",
        "about to be refunded",
        "delivered and about to be recorded",
        "about to fail",
        "a delivery that an operator ended before it had done anything",
        "told and about to be recorded",
        "recorded, and forgotten by Temporal",
        "recorded, and about to close",
        "recorded before its sagas were terminated",
        "opening, and not known to Payments yet",
    ],
)
def test_other_ways_to_be_right_are_not_mentioned(records: Entries) -> None:
    """What sagas leave, or pass through, on less usual ways."""
    assert examine(records.case()) == []


@pytest.mark.parametrize(("amount", "words"), [(1800, "18.00 USD of 18.00 USD"), (500, "5.00 USD of 18.00 USD")])
def test_a_refund_by_hand_is_a_note(amount: int, words: str) -> None:
    """No saga has refunded it: somebody knows, nothing is off."""
    (found,) = examine(broken("paid", payment={"amount_refunded": amount}).case())
    assert (found.weight, found.rule) == (Weight.NOTE, Rule.BY_HAND)
    assert words in found.says


def test_a_refund_by_hand_after_the_delivery_is_a_note() -> None:
    """What people give back of a delivered purchase is theirs to know; the provider's seconds are cut off."""
    (found,) = examine(refunded_at(DELIVERED_AT - SECOND).case())
    assert (found.weight, found.rule) == (Weight.NOTE, Rule.BY_HAND)


def test_what_a_bank_has_withdrawn_of_an_undone_purchase_is_not_kept() -> None:
    """The buyer has it from the bank: nothing is owed, and the dispute is a note."""
    disputed = {"amount_refunded": 0, "amount_disputed": 1800, "disputed": True, "disputes_open": 1}
    (found,) = examine(broken("refunded", payment=disputed).case())
    assert (found.weight, found.rule) == (Weight.NOTE, Rule.DISPUTED)


def test_a_charge_by_hand_that_was_refunded_is_a_note() -> None:
    """An expired purchase was charged and refunded at the provider: nothing is kept."""
    money = {"status": "paid", "amount_captured": 1800, "amount_refunded": 1800}
    (found,) = examine(broken("expired", payment=money).case())
    assert (found.weight, found.rule) == (Weight.NOTE, Rule.BY_HAND)


@pytest.mark.parametrize("end", ["paid", "refunded"])
def test_a_dispute_is_a_note(end: str) -> None:
    """The bank's dispute is not ours to mend."""
    (found,) = examine(broken(end, payment={"disputed": True}).case())
    assert (found.weight, found.rule) == (Weight.NOTE, Rule.DISPUTED)


@pytest.mark.parametrize(
    ("sagas", "named"),
    [
        ([saga(MAIN, parked=True)], MAIN),
        ([saga(MAIN, parked=True), saga(SUCCESS, parked=True)], SUCCESS),
        ([saga(MAIN), saga(FAILED, parked=True)], FAILED),
    ],
    ids=["itself", "by its delivery, which shows on it", "by its failure"],
)
def test_a_parked_purchase_waits_and_is_not_broken(sagas: list[object], named: str) -> None:
    """The saga that an operator can resolve is named once."""
    (found,) = examine(broken(None, sagas=sagas).case())
    assert (found.weight, found.workflow_id) == (Weight.PARKED, named)


def test_a_refund_that_the_bank_failed_waits_for_its_operator() -> None:
    """The money is kept while the parked saga looks after it: parked, no fault."""
    records = broken("refunded", payment={"amount_refunded": 0}, sagas=[saga(REFUND, parked=True)])
    (found,) = examine(records.case())
    assert (found.weight, found.workflow_id) == (Weight.PARKED, REFUND)


def test_a_failed_refund_that_was_paid_by_another_way_is_a_note() -> None:
    """The operator's word closed the saga; the provider will show the charge for ever."""
    records = broken("refunded", payment={"amount_refunded": 0}, sagas=[saga(REFUND, State.COMPLETED)])
    (found,) = examine(records.case())
    assert (found.weight, found.rule) == (Weight.NOTE, Rule.REFUND_FAILED)

"""What must hold for one purchase: each rule broken once, and nothing said of what is as it should be."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.rules.findings import Rule, Side, Weight
from audit.rules.purchase import examine
from audit.rules.records import State
from tests.unit.audit.entries import ITEMS, MAIN, Entries, broken, notice, saga

OTHER_ITEMS = [ITEMS[0] | {"quantity": "2.000"}]
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


# Rule, the side that is off, what breaks it: one line for each way in which it can be broken.
BROKEN = {
    "an open purchase whose saga was terminated": (
        Rule.SAGA_GONE,
        Side.TEMPORAL,
        broken(None, sagas=[saga(MAIN, State.TERMINATED)]),
    ),
    "an open purchase whose saga failed": (
        Rule.SAGA_GONE,
        Side.TEMPORAL,
        broken(None, sagas=[saga(MAIN, State.FAILED)]),
    ),
    "an open purchase that Temporal does not know": (Rule.SAGA_GONE, Side.TEMPORAL, broken(None, sagas=[])),
    "a terminated delivery of an open purchase": (
        Rule.SAGA_GONE,
        Side.TEMPORAL,
        broken(None, sagas=[saga(MAIN), saga(SUCCESS, State.TERMINATED)]),
    ),
    "a terminated opening that nobody else knows": (
        Rule.SAGA_GONE,
        Side.TEMPORAL,
        broken(None, payment=None, reservation=None, sagas=[saga(MAIN, State.TERMINATED)]),
    ),
    "a completed saga without a record": (
        Rule.NOT_RECORDED,
        Side.PAYMENTS,
        broken(None, sagas=[saga(MAIN, State.COMPLETED)]),
    ),
    "paid and not charged": (Rule.NOT_CHARGED, Side.PAYMENTS, broken("paid", payment={"amount_captured": 0})),
    "paid and charged less": (Rule.NOT_CHARGED, Side.PAYMENTS, broken("paid", payment={"amount_captured": 1799})),
    "delivered before it is charged": (Rule.NOT_CHARGED, Side.PAYMENTS, broken(None, offset=OFFSET)),
    "delivered for a part of the price": (
        Rule.NOT_CHARGED,
        Side.PAYMENTS,
        broken(None, payment={"status": "paid", "amount_captured": 100}, offset=OFFSET),
    ),
    "paid and charged more": (Rule.NOT_CHARGED, Side.PAYMENTS, broken("paid", payment={"amount_captured": 1801})),
    "delivered though the money was back": (Rule.BACK_BEFORE, Side.PAYMENTS, refunded_at(DELIVERED_AT - 2 * SECOND)),
    "a part captured by hand and kept": (
        Rule.CHARGED,
        Side.PAYMENTS,
        broken("refunded", payment={"amount_captured": 100, "amount_refunded": 0}),
    ),
    "refunded and lost to a bank": (
        Rule.BACK_TWICE,
        Side.PAYMENTS,
        broken("refunded", payment={"amount_disputed": 1800}),
    ),
    "paid, and back twice": (
        Rule.BACK_TWICE,
        Side.PAYMENTS,
        broken("paid", payment={"amount_captured": 1800, "amount_disputed": 1801}),
    ),
    "expired and charged": (
        Rule.CHARGED,
        Side.PAYMENTS,
        broken("expired", payment={"status": "paid", "amount_captured": 1800}),
    ),
    "refunded in part": (Rule.CHARGED, Side.PAYMENTS, broken("refunded", payment={"amount_refunded": 800})),
    "a failed refund that nobody looks after": (
        Rule.CHARGED,
        Side.PAYMENTS,
        broken("refunded", payment={"amount_refunded": 0}, sagas=[saga(REFUND, State.TERMINATED)]),
    ),
    "failed and still authorised": (Rule.PAYABLE, Side.PAYMENTS, broken("failed", payment={"status": "paid"})),
    "rejected and still payable": (Rule.PAYABLE, Side.PAYMENTS, broken("rejected", payment={"status": "payable"})),
    "paid and refunded by a saga": (
        Rule.REFUNDED,
        Side.PAYMENTS,
        broken("paid", payment={"amount_refunded": 1800, "refunded_by": "payment-success/pi_1/refund-payment"}),
    ),
    "expired and held": (Rule.HELD, Side.PROJECTS, broken("expired", reservation={"status": "reserved"})),
    "paid and only held": (Rule.NOT_SOLD, Side.PROJECTS, broken("paid", reservation={"status": "reserved"})),
    "paid and returned": (Rule.NOT_SOLD, Side.PROJECTS, broken("paid", reservation={"status": "returned"})),
    "paid without a reservation": (Rule.NOT_SOLD, Side.PROJECTS, broken("paid", reservation=None)),
    "refunded and sold": (Rule.SOLD, Side.PROJECTS, broken("refunded", reservation={"status": "committed"})),
    "paid and not delivered": (Rule.NOT_DELIVERED, Side.USERS, broken("paid", offset=None)),
    "refunded and delivered": (Rule.DELIVERED, Side.USERS, broken("refunded", offset=OFFSET)),
    "paid and nobody told": (Rule.NOT_NOTIFIED, Side.NOTIFIER, broken("paid", notices=[])),
    "told of an attempt only": (
        Rule.NOT_NOTIFIED,
        Side.NOTIFIER,
        broken("failed", notices=[notice("payment.attempt_failed")]),
    ),
    "told twice": (
        Rule.NOTIFIED_TWICE,
        Side.NOTIFIER,
        broken("paid", notices=[notice("payment.success"), notice("payment.success") | {"id": "another"}]),
    ),
    "told two ends of an open purchase": (
        Rule.NOTIFIED_TWICE,
        Side.NOTIFIER,
        broken(None, notices=[notice("payment.success"), notice("payment.expired")]),
    ),
    "told another end": (Rule.NOTIFIED_WRONGLY, Side.NOTIFIER, broken("paid", notices=[notice("payment.failed")])),
    "a rejection that is told": (
        Rule.NOTIFIED_WRONGLY,
        Side.NOTIFIER,
        broken("rejected", notices=[notice("payment.failed")]),
    ),
    "other items reserved": (Rule.DIFFERS, Side.PROJECTS, broken("paid", reservation={"items": OTHER_ITEMS})),
    "another price reserved": (Rule.DIFFERS, Side.PROJECTS, broken(None, reservation={"amount": 1})),
    "other items delivered": (Rule.DIFFERS, Side.USERS, broken("paid", offset={"items": OTHER_ITEMS})),
    "delivered to another buyer": (Rule.DIFFERS, Side.USERS, broken("paid", offset={"user_id": "bob"})),
    "delivered for another purchase": (Rule.DIFFERS, Side.USERS, broken("paid", offset={"purchase_id": "p2"})),
    "told another amount": (Rule.DIFFERS, Side.NOTIFIER, broken("paid", notices=[notice("payment.success", amount=1)])),
    "told no items": (Rule.DIFFERS, Side.NOTIFIER, broken("paid", notices=[notice("payment.success", items=["?"])])),
    "a reservation of nobody's": (Rule.ORPHAN, Side.PROJECTS, broken("expired", payment=None, notices=[])),
    "offset of nobody's": (Rule.ORPHAN, Side.USERS, broken("paid", payment=None, reservation=None, notices=[])),
    "a notification of nobody's": (Rule.ORPHAN, Side.NOTIFIER, broken("failed", payment=None, reservation=None)),
}


@pytest.mark.parametrize(("rule", "side", "records"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rule_is_named_with_the_side_that_is_off(rule: Rule, side: Side, records: Entries) -> None:
    """Each break is one fault of its own rule, of this purchase, at the record that is off."""
    (found,) = examine(records.case())
    assert (found.weight, found.rule, found.side) == (Weight.FAULT, rule, side)
    assert (found.purchase_id, found.payment_id) == ("p1", "pi_1")
    assert found.line().startswith(f"purchase p1 (payment pi_1) {side}: ")


def test_a_terminated_saga_is_named_with_its_repair() -> None:
    """Whoever reads it knows what to type."""
    (found,) = examine(broken(None, sagas=[saga(MAIN, State.TERMINATED)]).case())
    mend = f"mend it with: flask purchases repair {MAIN}"
    assert found.says == f"{MAIN} was terminated, and the purchase is open; {mend}"


def test_every_rule_of_a_purchase_is_broken_once() -> None:
    """No rule stands there that nothing has ever broken."""
    of_a_stock = {Rule.STOCK}
    no_faults = {Rule.PARKED, Rule.BY_HAND, Rule.DISPUTED, Rule.REFUND_FAILED}
    assert {rule for rule, _, _ in BROKEN.values()} == set(Rule) - of_a_stock - no_faults


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


@pytest.mark.parametrize(
    ("records", "says"),
    [
        (broken("paid", payment={"amount_captured": 100}), "1.00 USD of 18.00 USD is charged"),
        (broken("refunded", payment={"amount_captured": 100, "amount_refunded": 0}), "1.00 USD is charged"),
        (broken("refunded", payment={"amount_refunded": 500}), "13.00 USD is charged"),
        (refunded_at(DELIVERED_AT - 2 * SECOND), "18.00 USD of 18.00 USD was refunded by hand before"),
    ],
    ids=["a part sold", "a part kept", "a failed refund after one by hand", "back before it was delivered"],
)
def test_a_finding_tells_the_amount_that_is_off(records: Entries, says: str) -> None:
    """Not the order's price: whoever mends it pays what is owed."""
    (found,) = examine(records.case())
    assert says in found.says


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


def test_a_wrong_record_is_named_by_every_other_record() -> None:
    """Recorded as paid, and nothing of it is so: every side that contradicts is named."""
    records = Entries("expired")
    assert records.payment is not None
    records.payment["outcome"] = {"status": "paid"}
    assert {found.side for found in examine(records.case())} == {
        Side.PAYMENTS,
        Side.PROJECTS,
        Side.USERS,
        Side.NOTIFIER,
    }

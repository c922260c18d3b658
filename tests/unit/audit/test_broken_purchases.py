"""What must hold for one purchase: each rule broken once."""

import pytest

from audit.rules.findings import Rule, Side, Weight
from audit.rules.purchase import examine
from audit.rules.records import State
from tests.unit.audit.entries import ITEMS, MAIN, Entries, broken, notice, saga
from tests.unit.audit.test_purchase import DELIVERED_AT, OFFSET, REFUND, SECOND, SUCCESS, refunded_at

OTHER_ITEMS = [ITEMS[0] | {"quantity": "2.000"}]

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
    """Each break is one fault of its own rule, of this purchase, at the book that is off."""
    (found,) = examine(records.case())
    assert (found.weight, found.rule, found.side) == (Weight.FAULT, rule, side)
    assert (found.purchase_id, found.payment_id) == ("p1", "pi_1")
    assert found.line().startswith(f"purchase p1 (payment pi_1) {side}: ")


def test_a_terminated_saga_is_named_with_its_repair() -> None:
    """Whoever reads it knows what to type."""
    (found,) = examine(broken(None, sagas=[saga(MAIN, State.TERMINATED)]).case())
    mend = f"mend it with: flask purchases repair {MAIN}"
    assert found.says == f"{MAIN} was terminated, and the purchase is open; {mend}"


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


def test_a_wrong_record_is_named_by_every_other_book() -> None:
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

"""The report, for people and for programs."""

import json

from audit.report import Report, counted
from audit.rules.purchase import examine
from audit.rules.records import State
from tests.unit.audit.entries import MAIN, Entries, broken, saga


def report(*ledgers: Entries, in_flight: tuple[str, ...] = ()) -> Report:
    """Of these purchases, with no stock."""
    cases = [ledger.case() for ledger in ledgers]
    ends, sums = counted(cases)
    findings = tuple(found for case in cases for found in examine(case))
    return Report(1.25, ends, sums, (), findings, in_flight)


def test_the_sums_balance_over_every_end() -> None:
    """Charges less refunds are the price of what was delivered; an open purchase is in no sum."""
    sums = report(*(Entries(end) for end in (None, "paid", "paid", "refunded", "failed", "rejected"))).sums["usd"]
    assert (sums.charged, sums.refunded, sums.delivered, sums.owed) == (5400, 1800, 3600, 0)


def test_money_that_is_kept_is_owed() -> None:
    """A refund that the bank has failed is charged, not delivered and not refunded."""
    refund = saga("refund-failed/re_1", parked=True)
    sums = report(broken("refunded", payment={"amount_refunded": 0}, sagas=[refund])).sums["usd"]
    assert sums.charged - sums.refunded - sums.owed == sums.delivered == 0
    assert sums.owed == 1800


def test_people_read_what_was_compared_and_that_it_adds_up() -> None:
    """Counts, money, stock, and the verdict in the last line."""
    lines = list(report(Entries("paid"), Entries("expired")).lines())
    assert lines[0] == "purchases  2: 1 paid, 1 expired"
    assert lines[1] == "money      18.00 USD charged - 0.00 USD refunded = 18.00 USD; 18.00 USD delivered"
    assert lines[-1] == "Everything adds up. (1.2 s)"


def test_people_read_what_is_off() -> None:
    """Every fault, parked saga and note has a line under its heading."""
    told = list(
        report(
            broken("paid", offset=None),
            broken(None, sagas=[saga(MAIN, parked=True)]),
            broken("paid", payment={"amount_refunded": 500}),
            in_flight=("p9",),
        ).lines()
    )
    assert told[-1] == "1 fault. (1.2 s)"
    text = "\n".join(told)
    assert "waiting for an operator:\n  purchase p1 (payment pi_1) Temporal: purchase/p1 waits" in text
    assert "done by hand at the provider:\n  purchase p1 (payment pi_1) Payments: 5.00 USD of 18.00 USD" in text
    assert "does not add up:\n  purchase p1 (payment pi_1) Users: alice does not own the offset" in text
    assert "p9" in text


def test_programs_read_the_same() -> None:
    """The JSON names each finding's rule, side and purchase."""
    found = json.loads(json.dumps(report(broken(None, sagas=[saga(MAIN, State.TERMINATED)])).as_json()))
    assert (found["adds_up"], found["purchases"], found["ends"]) == (False, 1, {"open": 1})
    (fault,) = found["faults"]
    assert (fault["rule"], fault["side"], fault["purchase_id"], fault["workflow_id"]) == (
        "saga-gone",
        "Temporal",
        "p1",
        MAIN,
    )

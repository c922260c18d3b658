"""`flask purchases audit`; what is found, and how the records are read, is tested in tests/unit/audit."""

import json

import pytest

from audit.auditor import CouldNotRead
from audit.report import Report
from audit.rules.findings import Finding, Rule, Side, Weight
from tests.unit.operators.conftest import Command, FakeAudit
from tests.unit.operators.fake_temporal import PURCHASE, SUCCESS, FakeTemporal, run

FAULT = Finding(Weight.FAULT, Rule.NOT_DELIVERED, Side.USERS, "alice does not own the offset", "p1", "payment-1")
WAITS = Finding(
    Weight.PARKED, Rule.PARKED, Side.TEMPORAL, f"{SUCCESS} waits for an operator", "p2", "payment-2", SUCCESS
)


def report(*findings: Finding) -> Report:
    """A report on two purchases."""
    return Report(0.1, {"paid": 1, "open": 1}, {}, (), findings)


def test_records_that_add_up(purchases: Command, audits: FakeAudit) -> None:
    """The verdict on stdout, the progress on stderr, exit code 0; all purchases are meant."""
    result = purchases("audit")
    assert (result.exit_code, "Everything adds up." in result.stdout) == (0, True)
    assert result.stderr == "audit: asking the provider for 1 payments\n"
    assert audits.asked == [[]]


def test_every_purchase_that_does_not_add_up_is_named(purchases: Command, audits: FakeAudit) -> None:
    """With the record that is off and what is wrong; what waits is named apart; exit code 1."""
    audits.report = report(FAULT, WAITS)
    result = purchases("audit")
    assert result.exit_code == 1
    assert "does not add up (1)" in result.stdout
    assert "p1        Users  alice does not own the offset" in result.stdout
    assert "waits for an operator (1)" in result.stdout
    assert "1 fault." in result.stdout


def test_what_waits_for_an_operator_is_no_fault(purchases: Command, audits: FakeAudit) -> None:
    """The records add up: exit code 0."""
    audits.report = report(WAITS)
    assert purchases("audit").exit_code == 0


def test_programs_read_the_same(purchases: Command, audits: FakeAudit) -> None:
    """The audit's own document, alone on stdout; the exit code is the verdict's."""
    audits.report = report(FAULT)
    result = purchases("audit", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["adds_up"], told["faults"][0]["purchase_id"]) == (1, False, "p1")


@pytest.mark.parametrize("any_id", ["p1", PURCHASE, SUCCESS, "payment-1"])
def test_some_purchases_alone(temporal: FakeTemporal, purchases: Command, audits: FakeAudit, any_id: str) -> None:
    """By whatever id is at hand."""
    temporal.know(run(), run(SUCCESS, kind="PaymentSuccess"))
    assert purchases("audit", any_id).exit_code == 0
    assert audits.asked == [["p1"]]


def test_a_purchase_that_nobody_knows(purchases: Command, audits: FakeAudit) -> None:
    """Nothing is audited: "everything adds up" would be a lie."""
    result = purchases("audit", "nobody")
    assert (result.exit_code, result.stdout, audits.asked) == (2, "", [])


def test_a_record_that_could_not_be_read(purchases: Command, audits: FakeAudit) -> None:
    """Whose it is stands on stderr, nothing on stdout, exit code 2."""
    audits.away = CouldNotRead("Users does not answer: GET /offsets: ConnectError")
    result = purchases("audit", "--json")
    assert (result.exit_code, result.stdout, "Users does not answer" in result.stderr) == (2, "", True)

"""`flask purchases list`."""

import json
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import Refused, Unavailable
from operators.ports import Run
from tests.unit.fakes import NOW
from tests.unit.operators.conftest import Command
from tests.unit.operators.fake_temporal import PURCHASE, SUCCESS, FakeTemporal, parked_run, run, view


def many(count: int) -> list[Run]:
    """Open purchases p100, p101 and so on, each with a payment of its own."""
    return [run(f"purchase/p{100 + number}", payment_id=f"payment-{number}") for number in range(count)]


def listed(purchases: Command, *arguments: str) -> dict[str, Any]:
    """The document for programs."""
    result = purchases("list", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_what_needs_attention_comes_first(temporal: FakeTemporal, purchases: Command) -> None:
    """A parked saga stands as its purchase, with its reason and choices; the open ones follow."""
    temporal.know(run("purchase/p2", payment_id="payment-2"))
    temporal.park(parked_run())
    temporal.know(parked_run(PURCHASE))
    output = purchases("list").stdout
    assert output.index("Need attention (1)") < output.index("Open (1)")
    waiting, others = output.split("Open (1)")
    assert "PaymentSuccess: Refund the payment: refused, no balance" in waiting
    assert "retry; abort" in waiting
    assert ("p1" in waiting, "p2" in others) == (True, True)


def test_a_parked_follow_up_and_its_purchase_are_one_row(temporal: FakeTemporal, purchases: Command) -> None:
    """The saga that can be decided on is named, and the purchase's own only shows it."""
    temporal.know(parked_run(PURCHASE))
    temporal.park(parked_run())
    (row,) = listed(purchases)["purchases"]
    assert (row["purchase_id"], row["status"]) == ("p1", "needs_attention")
    assert [need["workflow_id"] for need in row["needs"]] == [SUCCESS]


def test_a_parked_saga_of_a_purchase_that_has_ended(temporal: FakeTemporal, purchases: Command) -> None:
    """A refund that the bank has failed: the purchase is found by its payment, though it does not run any more."""
    temporal.know(run(state="completed", status="refunded"))
    temporal.park(parked_run("refund-failed/re_1", kind="RefundFailed"))
    (row,) = listed(purchases)["purchases"]
    assert (row["purchase_id"], row["needs"][0]["kind"]) == ("p1", "RefundFailed")


def test_a_saga_whose_purchase_nobody_knows_is_listed_by_its_own_id(temporal: FakeTemporal, purchases: Command) -> None:
    """An event of a payment that Payments does not know."""
    temporal.park(parked_run(payment_id="payment-9"))
    assert SUCCESS in purchases("list").stdout
    assert listed(purchases)["purchases"][0]["purchase_id"] is None


@pytest.mark.parametrize("state", ["terminated", "timed_out", "failed"])
def test_a_purchase_whose_saga_was_stopped_needs_attention(
    temporal: FakeTemporal, purchases: Command, state: str
) -> None:
    """Only a terminated one can be repaired."""
    temporal.know(run(state=state, status="awaiting_payment", closed_at=NOW))
    (row,) = listed(purchases)["purchases"]
    assert (row["status"], row["needs"][0]["state"]) == ("needs_attention", state)
    assert list(row["needs"][0]["choices"]) == (["repair"] if state == "terminated" else [])


def test_a_follow_up_that_an_operator_has_ended_needs_nobody(temporal: FakeTemporal, purchases: Command) -> None:
    """It fails on purpose, before it has done anything."""
    temporal.know(run(SUCCESS, kind="PaymentSuccess", state="failed"))
    assert listed(purchases)["purchases"] == []


def test_a_worker_that_is_away_is_said_so(temporal: FakeTemporal, purchases: Command) -> None:
    """What waits is listed without its reason."""
    temporal.park(parked_run())
    temporal.worker = False
    (row,) = listed(purchases)["purchases"]
    assert (row["needs"][0]["since"], "no poller" in row["needs"][0]["reason"]) == (None, True)


def test_all_is_well(purchases: Command) -> None:
    """Said plainly, with exit code 0."""
    result = purchases("list")
    assert (result.exit_code, "Nothing needs attention." in result.stdout) == (0, True)


def test_pages_follow_one_another(temporal: FakeTemporal, purchases: Command) -> None:
    """Each purchase stands on one of them, also where those that wait end and the others begin."""
    temporal.know(*many(5))
    temporal.park(*(parked_run(f"purchase/p{n}", payment_id=f"payment-w{n}") for n in range(3)))
    pages = [listed(purchases, "--limit", "2", "--page", str(page)) for page in (1, 2, 3, 4, 5)]
    ids = [[row["purchase_id"] for row in page["purchases"]] for page in pages]
    assert ids == [["p0", "p1"], ["p2", "p100"], ["p101", "p102"], ["p103", "p104"], []]
    assert [page["more"] for page in pages] == [True, True, True, False, False]
    assert pages[0]["totals"] == {"attention": 3, "struggling": 0, "open": 5}
    assert "More on --page 2." in purchases("list", "--limit", "2").stdout
    assert "There is no page 9." in purchases("list", "--limit", "2", "--page", "9").stdout


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["--buyer", "alice"], "BuyerId = 'alice'"),
        (["--project", "mangrove"], "ProjectId = 'mangrove'"),
        (["--query", "PaymentId = 'payment-1'"], "(PaymentId = 'payment-1')"),
        (["--status", "paid", "--status", "failed"], "PurchaseStatus IN ('failed', 'paid')"),
        (["--status", "needs_attention"], "PurchaseStatus = 'needs_attention' AND ExecutionStatus = 'Running'"),
        (["--parked", "--buyer", "bob"], "ExecutionStatus = 'Running' AND BuyerId = 'bob'"),
        (["--open"], "WorkflowType = 'StartPayment' AND ExecutionStatus = 'Running'"),
        (["--all"], "WorkflowType = 'StartPayment'"),
    ],
)
def test_what_is_asked_for(temporal: FakeTemporal, purchases: Command, arguments: list[str], asked: str) -> None:
    """Every option becomes a part of the visibility query."""
    assert purchases("list", *arguments).exit_code == 0
    assert any(asked in query for query in temporal.queries)


@pytest.mark.parametrize("value", ["a' OR '1'='1", 'a"b', "", "a" * 256])
def test_a_value_that_no_id_can_be_is_refused(temporal: FakeTemporal, purchases: Command, value: str) -> None:
    """It never gets into a query, and the exit code is 2."""
    result = purchases("list", "--buyer", value or "\n")
    assert (result.exit_code, temporal.queries) == (2, [])


@pytest.mark.parametrize(
    "away", [Refused("invalid-query", "Temporal does not understand it: no column"), Unavailable("Temporal is away")]
)
def test_a_server_that_does_not_answer_or_understand(
    temporal: FakeTemporal, purchases: Command, away: Unavailable
) -> None:
    """One line on stderr, nothing on stdout, exit code 2."""
    temporal.away = away
    result = purchases("list", "--json")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_brackets_and_colons_are_printed_as_they_are(temporal: FakeTemporal, purchases: Command) -> None:
    """A reason may hold anything, also what a terminal library takes for markup."""
    temporal.park(parked_run(), why=view("Publish [bold]x[/nope]: refused :smile:", since=NOW - timedelta(days=2)))
    assert "Publish [bold]x[/nope]: refused :smile:" in purchases("list").stdout

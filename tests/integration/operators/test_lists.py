"""What the filters find on a real server, whose query language no fake knows."""

import json
from collections.abc import Callable
from typing import Any

from tests.integration.operators.conftest import Command
from tests.integration.sagas.buyers import Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.shop import Shop


def found(purchases: Command, *arguments: str) -> list[dict[str, Any]]:
    """The rows of a list."""
    result = purchases("list", "--json", *arguments)
    assert result.exit_code == 0, result.stderr
    return list(json.loads(result.stdout)["purchases"])


def ids(rows: list[dict[str, Any]]) -> set[str]:
    """Whose purchases they are."""
    return {row["purchase_id"] for row in rows}


def test_each_filter_finds_its_own(engine: TemporalServer, buyers: Buyers, purchases: Command) -> None:
    """Open ones by buyer and project, ended ones by status, and whatever a query of one's own names."""
    opened, paid = buyers.opened(), buyers.opened()
    buyers.pay(paid)
    engine.wait_until_closed(paid.opening)
    ended = f"WorkflowId = '{paid.opening}' AND ExecutionStatus = 'Completed'"
    Shop.until(lambda: engine.count(ended), bool, "the list to know its end", 20)
    assert ids(found(purchases, "--buyer", opened.buyer)) == {opened.purchase_id}
    assert ids(found(purchases, "--buyer", opened.buyer, "--open", "--project", "mangrove")) == {opened.purchase_id}
    assert found(purchases, "--buyer", opened.buyer, "--project", "peatland") == []
    assert found(purchases, "--buyer", paid.buyer) == []
    (row,) = found(purchases, "--buyer", paid.buyer, "--status", "paid", "--status", "failed")
    assert (row["purchase_id"], row["status"]) == (paid.purchase_id, "paid")
    assert ids(found(purchases, "--all", "--buyer", paid.buyer)) == {paid.purchase_id}
    (row,) = found(purchases, "--query", f"PaymentId = '{paid.payment_id}'")
    assert (row["purchase_id"], row["needs"]) == (paid.purchase_id, [])
    assert len(found(purchases, "--all", "--limit", "1")) == 1


def test_a_terminated_saga_needs_attention_until_it_is_repaired(
    engine: TemporalServer, buyers: Buyers, purchases: Command, terminate: Callable[[str], None]
) -> None:
    """With who ended it and why; the old run that the server keeps for weeks is not listed again."""
    purchase = buyers.opened()
    terminate(purchase.opening)
    ended = f"WorkflowId = '{purchase.opening}' AND ExecutionStatus = 'Terminated'"
    Shop.until(lambda: engine.count(ended), bool, "the list to know its end", 20)
    (row,) = found(purchases, "--buyer", purchase.buyer)
    assert (row["status"], row["needs"][0]["state"], "a mistake" in row["needs"][0]["reason"]) == (
        "needs_attention",
        "terminated",
        True,
    )
    assert purchases("repair", purchase.opening, "--yes").exit_code == 0
    # A run that is taken up again shows its status once its worker has gone through what was done.
    running = (
        f"WorkflowId = '{purchase.opening}' AND ExecutionStatus = 'Running' AND PurchaseStatus = 'awaiting_payment'"
    )
    Shop.until(lambda: engine.count(running), bool, "the list to know the repair", 20)
    (row,) = found(purchases, "--buyer", purchase.buyer)
    assert (row["status"], row["needs"]) == ("awaiting_payment", [])


def test_a_query_that_temporal_does_not_understand(purchases: Command) -> None:
    """In its own words, on one line; exit code 2."""
    result = purchases("list", "--query", "Bogus = 'x'")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "Bogus" in result.stderr

"""Operators find parked sagas and decide on them from the command line."""

import json
from datetime import UTC, datetime
from typing import Any

from tests.integration.hold import killed
from tests.integration.operators.conftest import Command
from tests.integration.operators.parking import forbidding, parked
from tests.integration.sagas.buyers import Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.stack import Stack


def told(purchases: Command, *arguments: str) -> tuple[int, dict[str, Any]]:
    """A command's exit code and its document."""
    result = purchases(*arguments, "--json")
    assert result.stdout, result.stderr
    return result.exit_code, json.loads(result.stdout)


def test_parked_sagas_are_found_shown_and_decided_on(
    own: Stack, engine: TemporalServer, buyers: Buyers, purchases: Command
) -> None:
    """A list names them and why; a retry that mends nothing parks again; retry delivers, abort brings the money back.

    A skip is refused until it is proven. All of it with encrypted histories.
    """
    with forbidding(own, "users"):
        retried, aborted, *others = parked(buyers, engine, 4)
        code, again = told(purchases, "retry", retried.purchase_id, "--yes")
        assert (code, again["outcomes"][0]["result"]) == (1, "parked again")
        assert "403" in again["outcomes"][0]["says"]
        away = told(purchases, "show", retried.purchase_id)[1]["records"]
        assert (away["payment"]["entry"]["status"], "403" in away["offset"]["problem"]) == ("paid", True)

    listed = told(purchases, "list")[1]
    rows = {row["purchase_id"]: row for row in listed["purchases"] if row["section"] == "attention"}
    assert {purchase.purchase_id for purchase in (retried, aborted, *others)} <= rows.keys()
    (need,) = rows[aborted.purchase_id]["needs"]
    assert (need["workflow_id"], list(need["choices"])) == (aborted.success, ["retry", "skip", "abort"])
    assert "the callee broke its contract" in need["reason"]
    assert "mangrove-2" in rows[aborted.purchase_id]["order"]
    one = told(purchases, "list", "--parked", "--buyer", aborted.buyer)[1]["purchases"]
    assert [row["purchase_id"] for row in one] == [aborted.purchase_id]

    shown = purchases("show", aborted.purchase_id[:12]).stdout
    assert "the callee broke its contract" in shown
    assert f"$ flask purchases abort {aborted.purchase_id[:12]}" in shown

    code, refused = told(purchases, "skip", retried.success, "--yes")
    assert (code, refused["outcomes"][0]["kind"]) == (1, "not-seen")
    nobody = purchases("retry", retried.success)
    assert (nobody.exit_code, "add --yes" in nobody.stderr) == (2, True)

    code, done = told(purchases, "retry", retried.purchase_id, "--yes", "--by", "olga")
    assert (code, done["outcomes"][0]["says"]) == (0, "The purchase is paid.")
    sagas = told(purchases, "show", retried.purchase_id)[1]["sagas"]
    (decisions,) = [saga["decisions"] for saga in sagas if saga["workflow_id"] == retried.success]
    assert ("skip", False) in [(each["decision"], each["taken"]) for each in decisions]
    assert [(each["decision"], each["by"]) for each in decisions][-1] == ("retry", "olga")
    code, done = told(purchases, "abort", aborted.success, "--yes")
    assert (code, done["outcomes"][0]["says"]) == (0, "The purchase is refunded (aborted).")
    buyers.ended(retried, "paid", None, by=retried.success)
    buyers.ended(aborted, "refunded", "aborted", by=aborted.success)

    code, done = told(purchases, "retry", "--reason", "BROKE its contract", "--yes")
    assert (code, done["counts"]["ended"]) == (0, 2)
    for purchase in others:
        buyers.ended(purchase, "paid", None, by=purchase.success)
    code, nothing = told(purchases, "retry", "--all-parked", "--yes")
    assert (code, nothing["outcomes"]) == (0, [])


def test_a_step_that_is_tried_again_says_why(
    own: Stack, engine: TemporalServer, buyers: Buyers, purchases: Command
) -> None:
    """And since when: the server has the whole failure, encrypted, and whoever has the key reads its reason."""
    purchase = buyers.opened()
    with killed(own, "users"):
        buyers.pay(purchase)
        engine.wait_until_retried(purchase.success)
        shown = told(purchases, "show", purchase.purchase_id)[1]
    (step,) = [step for saga in shown["sagas"] if saga["workflow_id"] == purchase.success for step in saga["steps"]]
    assert "ConnectError" in step["failure"]
    opened, since = (datetime.fromisoformat(each) for each in (shown["opened_at"], step["since"]))
    assert opened.replace(microsecond=0) <= since <= datetime.now(UTC)
    buyers.ended(purchase, "paid", None, by=purchase.success)


def test_a_worker_that_is_away(own: Stack, engine: TemporalServer, buyers: Buyers, purchases: Command) -> None:
    """What waits is listed all the same; a decision is not taken, which is said, and is taken once it is back."""
    with forbidding(own, "users"):
        (purchase,) = parked(buyers, engine, 1)
    with killed(own, "payment_success_worker"):
        (row,) = told(purchases, "list", "--parked", "--buyer", purchase.buyer)[1]["purchases"]
        assert (row["purchase_id"], row["needs"][0]["since"]) == (purchase.purchase_id, None)
        code, asked = told(purchases, "retry", "--buyer", purchase.buyer, "--yes")
        assert (code, asked["outcomes"][0]["result"]) == (2, "unknown")
    engine.wait_until_parked(purchase.success)
    assert told(purchases, "retry", purchase.success, "--yes")[0] == 0
    buyers.ended(purchase, "paid", None, by=purchase.success)

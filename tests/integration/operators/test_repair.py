"""A saga that somebody has terminated is repaired: it goes on, and nothing is done twice."""

import json
from collections.abc import Callable
from typing import Any

from tests.integration.hold import killed, stopped
from tests.integration.operators.conftest import Command
from tests.integration.sagas.buyers import BoughtPurchase, Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.stack import Stack

Terminate = Callable[[str], None]
TIMES = "opened_at", "deadline"


def shown(purchases: Command, purchase: BoughtPurchase) -> dict[str, Any]:
    """The purchase as `show` tells it to programs."""
    return dict(json.loads(purchases("show", purchase.purchase_id, "--json").stdout))


def test_a_purchase_that_waits_for_its_payment(buyers: Buyers, purchases: Command, terminate: Terminate) -> None:
    """Meanwhile it needs attention and its key keeps its answer; repaired, it keeps its times and can be paid."""
    purchase = buyers.opened()
    before = buyers.repeated(purchase).json()
    opened = shown(purchases, purchase)
    terminate(purchase.opening)
    assert buyers.shown(purchase)["status"] == "needs_attention"
    assert buyers.repeated(purchase).json() == before
    assert "a mistake" in purchases("show", purchase.purchase_id).output

    assert purchases("repair", purchase.purchase_id, "--yes", "--by", "olga").exit_code == 0
    repaired = shown(purchases, purchase)
    assert [repaired[time] for time in TIMES] == [opened[time] for time in TIMES]
    assert [(each["decision"], each["by"]) for each in repaired["sagas"][0]["decisions"]] == [("repair", "olga")]
    assert buyers.repeated(purchase).json() == before
    assert buyers.shown(purchase)["status"] == "awaiting_payment"
    buyers.pay(purchase)
    buyers.ended(purchase, "paid", None, by=purchase.success)


def test_a_delivery_in_the_middle(
    own: Stack, engine: TemporalServer, buyers: Buyers, purchases: Command, terminate: Terminate
) -> None:
    """The step that was under way is asked for again under its key."""
    purchase = buyers.opened()
    with stopped(own, "users"):
        buyers.pay(purchase)
        engine.wait_until_held(purchase.success, "deliver-offset")
        terminate(purchase.success)
    assert purchases("repair", purchase.success, "--yes").exit_code == 0
    buyers.ended(purchase, "paid", None, by=purchase.success)


def test_a_purchase_that_ends_meanwhile(
    engine: TemporalServer, buyers: Buyers, purchases: Command, terminate: Terminate
) -> None:
    """The saga that ended it could signal nobody: the repair sends its signal."""
    purchase = buyers.opened()
    terminate(purchase.opening)
    buyers.pay(purchase)
    engine.wait_until_closed(purchase.success)
    result = purchases("repair", purchase.opening, "--yes")
    assert f"{purchase.success} has told it (once more) that the purchase is paid" in result.output
    buyers.ended(purchase, "paid", None, by=purchase.success)


def test_what_was_told_before_the_termination(
    own: Stack, engine: TemporalServer, buyers: Buyers, purchases: Command, terminate: Terminate
) -> None:
    """A settlement that no worker had taken note of is not lost."""
    purchase = buyers.opened()
    with killed(own, "start_payment_worker"):
        buyers.pay(purchase)
        engine.wait_until_closed(purchase.success)
        terminate(purchase.opening)
        assert purchases("repair", purchase.opening, "--yes").exit_code == 0
    buyers.ended(purchase, "paid", None, by=purchase.success)


def test_an_opening_that_no_worker_has_begun(
    own: Stack, engine: TemporalServer, buyers: Buyers, purchases: Command, terminate: Terminate
) -> None:
    """There is nothing to go back to, so it is started again; the buyer's key then opens it."""
    with killed(own, "start_payment_worker"):
        purchase = buyers.opening()
        engine.wait_until_there(purchase.opening)
        terminate(purchase.opening)
        assert buyers.repeated(purchase).status_code == 503
        assert "started again" in purchases("repair", purchase.opening, "--yes").output
    purchase = buyers.answered(purchase)
    buyers.pay(purchase)
    buyers.ended(purchase, "paid", None, by=purchase.success)

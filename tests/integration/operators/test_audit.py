"""The audit from the operator's command line, on real records."""

import json

from tests.integration.operators.conftest import Command
from tests.integration.sagas.buyers import Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.stack import Stack


def test_a_purchase_that_does_not_add_up_is_named(
    own: Stack, engine: TemporalServer, buyers: Buyers, purchases: Command
) -> None:
    """Exit code 0 while the records agree; 1 once somebody has taken an offset away: it says whose and where."""
    good, broken = buyers.opened(), buyers.opened()
    for purchase in (good, broken):
        buyers.pay(purchase)
        buyers.ended(purchase, "paid", None, by=purchase.success)
    assert purchases("audit", good.purchase_id, broken.success).exit_code == 0
    buyers.refuse_delivery(broken)
    one = purchases("audit", broken.purchase_id[:12], "--json")
    (fault,) = json.loads(one.stdout)["faults"]
    assert (one.exit_code, fault["rule"], fault["purchase_id"]) == (1, "not-delivered", broken.purchase_id)
    everything = purchases("audit")
    assert (everything.exit_code, broken.purchase_id in everything.stdout) == (1, True)
    assert good.purchase_id not in everything.stdout

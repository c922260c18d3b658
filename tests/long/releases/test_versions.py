"""The procedures of docs/releases.md: rolling out, ramping, rolling back a bad version with purchases stuck on it."""

from tests.integration.sagas.buyers import BoughtPurchase, Buyers
from tests.integration.temporal import TemporalServer
from tests.long.releases.audited import audit
from tests.long.releases.version import RunningVersion
from tools.devstack.stack import Stack

# All of them on one side of an even ramp: one in half a million.
RAMPED = 20


def paid(buyers: Buyers, *purchases: BoughtPurchase) -> None:
    """Assert that each is paid and delivered once, and told by its own saga."""
    for purchase in purchases:
        buyers.ended(purchase, "paid", None, purchase.success)


def test_purchases_end_on_the_version_on_which_they_began(
    first: RunningVersion, second: RunningVersion, engine: TemporalServer, buyers: Buyers
) -> None:
    """What was opened under version 1 ends there while version 2 takes the new ones, though each knows other steps."""
    old = buyers.opened()
    second.wait_until_alive()
    assert "Every new saga begins on version 1.1.0" in second.release("current")
    new = buyers.opened()
    for purchase in (old, new):
        buyers.pay(purchase)
    paid(buyers, old, new)
    assert [engine.version(purchase.opening) for purchase in (old, new)] == ["1.0.0", "1.1.0"]
    # An event that comes now is answered by the newest code, whichever began the purchase.
    assert engine.version(old.success) == "1.1.0"
    told = second.release("status")
    assert "1.1.0: gets 100 % of the new sagas" in told
    assert "1.0.0: gets no new sagas; 0 open" in told
    first.release("current")


def test_a_ramp_shares_the_new_purchases(
    first: RunningVersion, second: RunningVersion, engine: TemporalServer, buyers: Buyers
) -> None:
    """At 50 % both versions get some; the ramp ends by itself when a version is made current, or by 0 %."""
    assert "50 % of the new sagas begin on version 1.1.0" in second.release("ramp", "50")
    shared = {engine.version(buyers.opened().opening) for _ in range(RAMPED)}
    assert shared == {"1.0.0", "1.1.0"}
    first.release("current")
    assert engine.version(buyers.opened().opening) == "1.0.0"
    second.release("ramp", "100")
    assert engine.version(buyers.opened().opening) == "1.1.0"
    second.release("ramp", "0")
    assert engine.version(buyers.opened().opening) == "1.0.0"
    assert "1.0.0: gets 100 % of the new sagas" in first.release("status")


def test_a_bad_version_is_rolled_back(
    versioned: Stack, first: RunningVersion, bad: RunningVersion, buyers: Buyers
) -> None:
    """Purchases stuck on it are moved back and end: where they stand, or from the last point that version 1 knows."""
    unpaid = buyers.opened()
    bad.release("current")
    stuck, canceled = buyers.opened(), buyers.opened()
    for purchase in (stuck, unpaid):
        buyers.pay(purchase)
    buyers.cancel(canceled)
    bad.wait_until_stuck("planted")
    first.release("current")
    new = buyers.opened()
    buyers.pay(new)
    paid(buyers, new)
    plan = first.release("move", "--from", "1.2.0")
    assert f"{stuck.opening} goes back to event" in plan
    assert f"{stuck.success} goes on where it stands" in plan
    assert "nothing is done yet: add --yes" in plan
    first.release("move", "--from", "1.2.0", "--yes")
    paid(buyers, stuck, unpaid)
    # Both versions agree only on what comes before its opening, which now finds the payment canceled.
    assert buyers.completed(canceled)["reason"] == "opening-failed"
    assert "1.2.0: gets no new sagas; 0 open" in first.release("status")
    audit(versioned)

"""A callee is away for an hour: what waits, what is given up, and how often it is asked meanwhile (in virtual time)."""

import itertools
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.errors import Unavailable
from tests.sagas.network import StepCall
from tests.sagas.world import LATER, OPENING_TIMEOUT, World, at

PROVIDER = frozenset({"create", "retrieve", "cancel", "cancel_payment_of", "capture", "refund"})
CALLEES = {
    "payments": PROVIDER | {"record", "find"},
    # Away behind Payments, which answers from its own record all that needs no provider.
    "stripe": PROVIDER,
    "projects": frozenset({"reserve", "commit", "release", "restock", "retrieve_reservation"}),
    "users": frozenset({"deliver", "revoke", "retrieve_offset"}),
    "rabbitmq": frozenset({"publish"}),
}
HOUR = timedelta(hours=1)
WAIT_MAX = timedelta(minutes=1)
# Sixty at most a minute apart, and the first quick ones.
CALLS_MAX = 70
# While a buyer waits for 30 s: one every two seconds at last.
OPENING_CALLS_MAX = 20


class Outage:
    """Carries calls, but to these operations none between `begin` and an hour later."""

    def __init__(self, operations: AbstractSet[str], retry_after_s: float | None = None) -> None:
        self.world = World(manual=True, carry=self._carry)
        self.calls: dict[str, list[datetime]] = {}
        self._operations = operations
        self._retry_after_s = retry_after_s
        self._ends_at = self.world.engine.now

    def begin(self) -> None:
        """From now on the callee is away."""
        self._ends_at = self.world.engine.now + HOUR

    def wait(self) -> datetime:
        """Let the hour pass; when the callee comes back."""
        self.world.engine.run(until_time=self._ends_at - timedelta(microseconds=1))
        return self._ends_at

    def gaps(self) -> list[timedelta]:
        """The times between calls of one operation that were in vain."""
        return [b - a for times in self.calls.values() for a, b in itertools.pairwise(times)]

    def _carry(self, call: StepCall) -> Any:
        now = self.world.engine.now
        if call.operation in self._operations and now < self._ends_at:
            self.calls.setdefault(call.operation, []).append(now)
            raise Unavailable("away", self._retry_after_s)
        return call.arrive()


@pytest.mark.parametrize("callee", CALLEES)
def test_a_paid_purchase_waits_an_hour_and_finishes_by_itself(callee: str) -> None:
    """Nothing ends meanwhile, each step is tried once a minute at last, and all is done a minute after the hour."""
    outage = Outage(CALLEES[callee])
    world = outage.world
    world.opened()
    world.buyer_pays()
    outage.begin()
    world.event_succeeded()
    back = outage.wait()
    assert world.status in {"awaiting_payment", "processing"}
    # The purchase itself asks after its deadline too: two sagas wait, each at its own pace.
    waiting = 2 if "retrieve" in outage.calls else 1
    assert sum(map(len, outage.calls.values())) <= CALLS_MAX * waiting
    assert max(outage.gaps()) <= WAIT_MAX
    world.engine.run(until=lambda: world.status == "paid", until_time=back + WAIT_MAX)
    assert world.status == "paid"
    world.engine.run(until_time=LATER)
    assert (world.outcome.status, world.notifications.kinds()) == ("paid", ["payment.success"])


@pytest.mark.parametrize("callee", ["payments", "stripe", "projects"])
def test_an_opening_is_given_up_in_time_and_undone_in_peace(callee: str) -> None:
    """The buyer hears within the opening's time; the undo waits for the callee without a storm."""
    outage = Outage(CALLEES[callee])
    world = outage.world
    outage.begin()
    update = world.open()
    world.engine.run(until=lambda: update in world.purchase.updates)
    assert world.purchase.updates[update].application_failure_info.type == "opening-failed"
    assert world.engine.now <= at(OPENING_TIMEOUT.total_seconds())
    outage.wait()
    assert sum(map(len, outage.calls.values())) <= OPENING_CALLS_MAX + CALLS_MAX
    world.engine.run()
    assert (world.outcome.status, world.outcome.reason) == ("rejected", "opening-failed")
    assert world.projects.row != "reserved"
    assert world.notifications.kinds() == []


@pytest.mark.parametrize("callee", CALLEES)
def test_a_callee_that_asks_for_peace_gets_it(callee: str) -> None:
    """Retry-After: no step is tried again before that."""
    wait = timedelta(seconds=45)
    outage = Outage(CALLEES[callee], retry_after_s=wait.total_seconds())
    outage.world.opened()
    outage.world.buyer_pays()
    outage.begin()
    outage.world.event_succeeded()
    # Until the deadline one saga waits alone.
    outage.world.engine.run(until_time=outage.world.engine.now + timedelta(minutes=25))
    assert len(outage.gaps()) > 25
    assert min(outage.gaps()) >= wait

"""`kill -TERM` of workers and intake while buyers buy: nothing is lost, and everybody is answered."""

import os
import signal

from tests.long.releases.audited import audit
from tests.long.releases.load import Bought, BuyingLoad
from tests.long.releases.version import RunningVersion
from tools.devstack import processes
from tools.devstack.process import Process
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

# The longest that a worker takes for its last steps: what a platform gives it (docs/deployment.md).
GRACE_S = 20.0
WORKERS = tuple(worker.name for worker in processes.WORKERS)
# Between two restarts, so that each happens under load.
BETWEEN = 5


def terminated(process: Process) -> int:
    """The exit code of a process that was told to end; raises where it takes longer than its grace."""
    os.kill(process.pid, signal.SIGTERM)
    return Shop.until(lambda: process.code, lambda code: code is not None, process.spec.name, GRACE_S) or 0


def delivered_once(shop: Shop, purchases: list[Bought]) -> None:
    """Assert that each buyer has his offset once."""
    for purchase in purchases:
        offsets = list(shop.pages("users", f"/users/{purchase.buyer}/offsets"))
        assert [offset["purchase_id"] for offset in offsets] == [purchase.purchase_id]


def test_a_rolling_restart_of_the_workers_loses_nothing(versioned: Stack, first: RunningVersion) -> None:
    """Each worker in turn ends within its grace with exit code 0; every purchase ends paid, and no buyer sees it."""
    with Shop(versioned.description) as shop, BuyingLoad(shop) as load:
        for name in WORKERS:
            load.wait_for(BETWEEN)
            assert terminated(versioned.processes[name]) == 0
            versioned.restart(name)
        load.wait_for(BETWEEN)
    report("workers", load.bought)
    with Shop(versioned.description) as shop:
        delivered_once(shop, load.bought)
    audit(versioned)


def test_a_restart_of_the_intake_leaves_no_buyer_without_an_answer(versioned: Stack, first: RunningVersion) -> None:
    """A new process of the same master (SIGHUP) refuses nobody; while a new master starts, buyers ask again."""
    with Shop(versioned.description) as shop, BuyingLoad(shop) as load:
        load.wait_for(BETWEEN)
        os.kill(versioned.processes["intake"].pid, signal.SIGHUP)
        load.wait_for(2 * BETWEEN)
    assert {purchase.asked for purchase in load.bought} == {1}
    with Shop(versioned.description) as shop, BuyingLoad(shop) as again:
        again.wait_for(BETWEEN)
        assert terminated(versioned.processes["intake"]) == 0
        versioned.restart("intake")
        again.wait_for(BETWEEN)
    report("intake", again.bought)
    with Shop(versioned.description) as shop:
        delivered_once(shop, [*load.bought, *again.bought])
    audit(versioned)


def report(what: str, purchases: list[Bought]) -> None:
    """What it took, for whoever reads the test's output; a busy machine is no fault."""
    took = sorted(purchase.seconds for purchase in purchases)
    asked = sum(purchase.asked > 1 for purchase in purchases)
    middle, longest = took[len(took) // 2], took[-1]
    print(f"{what}: {len(took)} purchases, median {middle:.2f} s, at most {longest:.2f} s, {asked} asked again")

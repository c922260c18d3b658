"""Somebody presses Terminate in Temporal's UI: the saga is gone, and `flask purchases repair` takes it up again."""

import asyncio
import subprocess
import sys
from contextlib import ExitStack

from tests.integration.engine import Engine
from tests.integration.hold import stopped
from tests.integration.sagas.buyers import RELEASE, Buyers
from tools.devstack.audit import audit_stack
from tools.devstack.options import ROOT
from tools.devstack.patience import PATIENCE_S
from tools.devstack.stack import Stack

CREATE, DELIVER = "create-payment", "deliver-offset"


def repair(battered: Stack, workflow_id: str) -> None:
    """What the operator types; it says in a sentence how the saga goes on."""
    where = battered.description["temporal"]
    environment = {"TEMPORAL_ADDRESS": where["address"], "TEMPORAL_NAMESPACE": where["namespace"]}
    command = [sys.executable, "-m", "flask", "purchases", "repair", workflow_id, "--yes"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.stdout.startswith(("It goes on", "It had not begun")), done.stderr


def test_a_purchase_that_waited(battered: Stack, engine: Engine, buyers: Buyers) -> None:
    """It is paid and delivered without its saga, which nobody could tell: repaired, it learns how it ended."""
    waiting = buyers.opened()
    engine.terminate(waiting.opening)
    buyers.pay(waiting)
    engine.wait_until_closed(waiting.success)
    assert buyers.shown(waiting)["status"] == "needs_attention"
    repair(battered, waiting.opening)
    buyers.ended(waiting, "paid", None, by=waiting.success)


def test_sagas_in_the_middle_of_a_step(battered: Stack, engine: Engine, buyers: Buyers) -> None:
    """Each goes on where it was, under the same keys."""
    delivered, failed = buyers.opened(), buyers.opened()
    with ExitStack() as callees:
        callees.enter_context(stopped(battered, "users"))
        buyers.pay(delivered)
        engine.wait_until_held(delivered.success, DELIVER)
        callees.enter_context(stopped(battered, "projects"))
        attempt = buyers.fail(failed)
        engine.wait_until_held(attempt, RELEASE)
        callees.enter_context(stopped(battered, "payments"))
        created = buyers.opening()
        engine.wait_until_held(created.opening, CREATE)
        terminated = (delivered.success, attempt, created.opening)
        for saga in terminated:
            engine.terminate(saga)
    for saga in terminated:
        repair(battered, saga)
    buyers.ended(delivered, "paid", None, by=delivered.success)
    buyers.ended(failed, "failed", "payment-failed", by=attempt)
    created = buyers.answered(created)
    buyers.pay(created)
    buyers.ended(created, "paid", None, by=created.success)


def test_the_books_add_up(battered: Stack) -> None:
    """After all repairs: nothing held, nothing authorised, charged is what was delivered."""
    assert asyncio.run(audit_stack(battered.description)).faults == ()

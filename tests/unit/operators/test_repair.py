"""`flask purchases repair`."""

import pytest

from app.operators.engine import RUNNING, TERMINATED, Run
from domain.messages import Settlement
from domain.purchase import PurchaseStatus
from tests.unit.operators.conftest import Command
from tests.unit.operators.fake_engine import PURCHASE, SUCCESS, FakeEngine, run


def test_a_terminated_saga_goes_on_at_its_last_task(engine: FakeEngine, purchases: Command) -> None:
    """It is reset, and nobody has to be told anything."""
    engine.know(run(state=TERMINATED))
    result = purchases("repair", PURCHASE)
    assert (result.exit_code, "It goes on where it was terminated" in result.output) == (0, True)
    assert engine.done == [("reset", "run-1", 7)]


def test_a_saga_that_had_not_begun_is_started_again(engine: FakeEngine, purchases: Command) -> None:
    """A run without a completed task has nothing to go back to."""
    engine.know(run(state=TERMINATED))
    engine.tasks = None
    result = purchases("repair", PURCHASE)
    assert (result.exit_code, "started again with the same input" in result.output) == (0, True)
    assert engine.done == [("start again", "run-1")]


def test_a_purchase_hears_what_it_has_missed(engine: FakeEngine, purchases: Command) -> None:
    """The saga that settled it while it was terminated told nobody: its settlement goes to the new run."""
    engine.know(run(state=TERMINATED), run(SUCCESS, state="completed"))
    engine.settlements[SUCCESS] = Settlement(status=PurchaseStatus.PAID)
    result = purchases("repair", PURCHASE)
    assert f"{SUCCESS} has told it (once more) that the purchase is paid." in result.output
    assert engine.done == [("reset", "run-1", 7), ("tell", "run-2", "paid")]


@pytest.mark.parametrize("repaired", [run(SUCCESS, state=TERMINATED), run(state=TERMINATED, payment_id=None)])
def test_nobody_else_is_told(engine: FakeEngine, purchases: Command, repaired: Run) -> None:
    """Only a purchase's own saga takes settlements, and one without a payment has none."""
    engine.sagas = {repaired.workflow_id: repaired}
    engine.settlements = {repaired.workflow_id: Settlement(status=PurchaseStatus.PAID)}
    assert purchases("repair", repaired.workflow_id).exit_code == 0
    assert engine.done == [("reset", "run-1", 7)]


@pytest.mark.parametrize("state", [RUNNING, "completed", "canceled", "failed"])
def test_a_saga_that_nobody_has_terminated_is_left_alone(engine: FakeEngine, purchases: Command, state: str) -> None:
    """The refusal says how it stands; nothing is done."""
    engine.know(run(state=state))
    result = purchases("repair", PURCHASE)
    assert (result.exit_code, f"it is {state}" in result.output, engine.done) == (1, True, [])

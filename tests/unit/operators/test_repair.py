"""`flask purchases repair`."""

import pytest

from domain.errors import Refused
from domain.messages import PurchaseResult
from domain.purchase import PurchaseStatus
from operators.ports import RUNNING, TERMINATED, Run
from operators.repair import repair
from tests.unit.operators.conftest import Command
from tests.unit.operators.fake_temporal import PURCHASE, SUCCESS, FakeTemporal, run

pytestmark = pytest.mark.usefixtures("known")


def test_a_terminated_saga_goes_on_at_its_last_task(temporal: FakeTemporal, purchases: Command) -> None:
    """It is reset, and nobody has to be told anything."""
    temporal.know(run(state=TERMINATED))
    result = purchases("repair", PURCHASE, "--yes")
    assert (result.exit_code, "It goes on where it was terminated" in result.output) == (0, True)
    assert temporal.done == [("reset", "run-1", 7)]


def test_a_saga_that_had_not_begun_is_started_again(temporal: FakeTemporal, purchases: Command) -> None:
    """A run without a completed task has nothing to go back to."""
    temporal.know(run(state=TERMINATED))
    temporal.tasks = None
    result = purchases("repair", PURCHASE, "--yes")
    assert (result.exit_code, "started again with the same input" in result.output) == (0, True)
    assert temporal.done == [("start again", "run-1")]


def test_a_purchase_hears_what_it_has_missed(temporal: FakeTemporal, purchases: Command) -> None:
    """The saga that ended it while it was terminated told nobody: its result goes to the new run."""
    temporal.know(run(state=TERMINATED), run(SUCCESS, state="completed"))
    temporal.results[SUCCESS] = PurchaseResult(status=PurchaseStatus.PAID)
    result = purchases("repair", PURCHASE, "--yes")
    assert f"{SUCCESS} has told it (once more) that the purchase is paid." in result.output
    assert temporal.done == [("reset", "run-1", 7), ("tell", "run-2", "paid")]


@pytest.mark.parametrize("repaired", [run(SUCCESS, state=TERMINATED), run(state=TERMINATED, payment_id=None)])
def test_nobody_else_is_told(temporal: FakeTemporal, purchases: Command, repaired: Run) -> None:
    """Only a purchase's own saga takes results, and one without a payment has none."""
    temporal.sagas = {repaired.workflow_id: repaired}
    temporal.results = {repaired.workflow_id: PurchaseResult(status=PurchaseStatus.PAID)}
    assert purchases("repair", repaired.workflow_id, "--yes").exit_code == 0
    assert temporal.done == [("reset", "run-1", 7)]


@pytest.mark.parametrize("state", [RUNNING, "completed", "canceled", "failed"])
def test_a_saga_that_nobody_has_terminated_is_left_alone(
    temporal: FakeTemporal, purchases: Command, state: str
) -> None:
    """The refusal says how it stands; nothing is done."""
    temporal.know(run(state=state))
    result = purchases("repair", PURCHASE, "--yes")
    assert (result.exit_code, f"it is {state}" in result.output, temporal.done) == (1, True, [])


def test_a_purchases_id_is_enough_and_the_operator_is_asked(temporal: FakeTemporal, purchases: Command) -> None:
    """The plan says which saga it is, where, and how it ended; a no does nothing, a yes is done in olga's name."""
    temporal.know(run(), run(SUCCESS, kind="PaymentSuccess", state=TERMINATED))
    refused = purchases("repair", "p1", keys="n\n")
    assert (refused.exit_code, temporal.done) == (1, [])
    assert f"PaymentSuccess {SUCCESS}, terminated at" in refused.stderr
    assert "Temporal 127.0.0.1:7233, namespace default; Payments http://127.0.0.1:5001" in refused.stderr
    assert "Repair this saga at Temporal 127.0.0.1:7233, namespace default?" in refused.stderr
    assert purchases("repair", "p1", keys="y\n").exit_code == 0
    assert (temporal.done, temporal.names[-1]) == ([("reset", "run-1", 7)], "olga")


def test_nobody_can_be_asked(temporal: FakeTemporal, purchases: Command) -> None:
    """Without --yes nothing is done."""
    temporal.know(run(state=TERMINATED))
    assert (purchases("repair", "p1").exit_code, temporal.done) == (2, [])


def test_of_several_terminated_sagas_one_is_chosen(temporal: FakeTemporal, purchases: Command) -> None:
    """They are named; the order matters."""
    temporal.know(run(state=TERMINATED), run(SUCCESS, state=TERMINATED))
    result = purchases("repair", "p1", "--yes")
    assert (result.exit_code, PURCHASE in result.stderr, SUCCESS in result.stderr, temporal.done) == (2, True, True, [])


async def test_a_saga_that_goes_on_meanwhile_is_left_alone(temporal: FakeTemporal) -> None:
    """Stripe's next event has begun it anew while somebody thought: a reset of the old run would end the new one."""
    shown = run(SUCCESS, state=TERMINATED)
    temporal.know(run(SUCCESS, state=TERMINATED, run_id="run-2"))
    with pytest.raises(Refused, match="changed"):
        await repair(temporal, shown)
    assert temporal.done == []

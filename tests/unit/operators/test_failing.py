"""A saga whose task fails again and again: it cannot park, so the server's own count of its tries tells."""

import json

import pytest

from app.operators.failing import FAILING_FROM, failing
from tests.unit.operators.conftest import Command
from tests.unit.operators.fake_engine import PURCHASE, SUCCESS, FakeEngine, run


@pytest.mark.parametrize("stuck", [PURCHASE, SUCCESS])
def test_it_is_listed_first_with_its_fault(engine: FakeEngine, purchases: Command, stuck: str) -> None:
    """Once, as its purchase, which needs attention; beside it what its worker could not do, and where to read on."""
    tries = {PURCHASE: 0, SUCCESS: 0} | {stuck: 57}
    engine.know(run(status="awaiting_payment", task_attempt=tries[PURCHASE]))
    engine.know(run(SUCCESS, kind="PaymentSuccess", task_attempt=tries[SUCCESS]))
    document = json.loads(purchases("list", "--json").stdout)
    (row,) = document["purchases"]
    assert (row["section"], row["purchase_id"], row["status"]) == ("attention", "p1", "needs_attention")
    (need,) = row["needs"]
    assert (need["workflow_id"], need["state"], need["choices"]) == (stuck, "failing", {})
    assert all(word in need["reason"] for word in ("WorkflowTasksFail", "try 57", "Failed decoding arguments"))


def test_show_tells_it_without_asking_the_saga(engine: FakeEngine, purchases: Command) -> None:
    """A query would fail as its task does."""
    engine.know(run(task_attempt=FAILING_FROM))
    engine.worker = False
    output = purchases("show", "p1").stdout
    assert "needs attention" in output
    assert "task fails again and again" in " ".join(output.split())


async def test_a_try_after_a_workers_death_is_no_failure(engine: FakeEngine) -> None:
    """Neither a first nor a second try, nor a saga that has ended meanwhile."""
    engine.know(run(task_attempt=FAILING_FROM - 1))
    engine.know(run(SUCCESS, state="completed", task_attempt=FAILING_FROM))
    assert await failing(engine) == []

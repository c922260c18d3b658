"""Sagas that do not come on and do not park: the server's own count of their tries tells."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from operators.engine import Run, Step
from operators.lasting import FAILING_FROM, LOOKED_AT_MAX, is_failing, looked_at
from tests.unit.operators.conftest import Command
from tests.unit.operators.fake_engine import PURCHASE, SUCCESS, FakeEngine, run

NOW = datetime.now(UTC)
DAYS, MINUTE = timedelta(days=2), timedelta(minutes=1)


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
    assert not any(map(is_failing, await looked_at(engine)))


def tried(since: datetime, attempt: int = 2880) -> tuple[Step, ...]:
    """A step whose callee is away."""
    return (Step(name="deliver-offset", attempt=attempt, since=since, failure="POST /users/alice/offsets: 503"),)


def test_a_paid_purchase_that_is_tried_for_days_is_listed_with_its_age(engine: FakeEngine, purchases: Command) -> None:
    """Counted from the first try; which step, how often, and why not. It waits for nobody's decision."""
    engine.know(run(started_at=NOW - DAYS))
    engine.know(run(SUCCESS, kind="PaymentSuccess", started_at=NOW - 2 * DAYS, steps=tried(NOW - DAYS)))
    document = json.loads(purchases("list", "--json").stdout)
    (row,) = document["purchases"]
    assert (row["section"], row["purchase_id"], row["status"]) == ("struggling", "p1", "processing")
    (need,) = row["needs"]
    assert (need["state"], datetime.fromisoformat(need["since"]), need["choices"]) == ("struggling", NOW - DAYS, {})
    assert need["reason"] == "deliver-offset, attempt 2880: POST /users/alice/offsets: 503"
    shown = purchases("list").stdout
    assert ("Tried again and again (1)" in shown, "Nothing waits for a decision." in shown) == (True, True)


def test_whose_money_is_taken_comes_first_then_the_oldest(engine: FakeEngine, purchases: Command) -> None:
    """An opening may wait: nobody has paid it."""
    for number, (saga, age) in enumerate(
        [("purchase/p0", 9 * DAYS), ("payment-success/pi_1", DAYS), ("payment-success/pi_2", 2 * DAYS)]
    ):
        kind = "StartPayment" if saga.startswith("purchase/") else "PaymentSuccess"
        since = NOW - age
        engine.know(run(saga, kind=kind, payment_id=f"pi_{number}", started_at=since, steps=tried(since)))
    rows = json.loads(purchases("list", "--json").stdout)["purchases"]
    assert [row["payment_id"] for row in rows] == ["pi_2", "pi_1", "pi_0"]


@pytest.mark.parametrize(
    "well",
    [
        run(started_at=NOW - DAYS, status="awaiting_payment"),
        run(started_at=NOW - DAYS, steps=tried(NOW - DAYS, attempt=1)),
        run(started_at=NOW - DAYS, steps=tried(NOW - MINUTE)),
        run(SUCCESS, kind="PaymentSuccess", started_at=NOW - MINUTE, steps=tried(NOW - MINUTE)),
    ],
)
def test_what_may_last_or_has_just_begun_does_not_struggle(engine: FakeEngine, purchases: Command, well: Run) -> None:
    """A buyer has time to pay, a first attempt is no failure, and a hiccup heals."""
    engine.know(well)
    assert json.loads(purchases("list", "--json").stdout)["totals"]["struggling"] == 0
    assert "Nothing needs attention." in purchases("list").stdout


def test_a_follow_up_that_takes_no_step_tells_itself_what_it_waits_for(engine: FakeEngine, purchases: Command) -> None:
    """It asks again for what should come by itself; where its worker is away, that is said."""
    engine.know(run(SUCCESS, kind="PaymentSuccess", started_at=NOW - DAYS))
    assert "processing since noon. Delivers." in purchases("list").stdout
    engine.worker = False
    assert "no poller" in purchases("list").stdout


async def test_of_too_many_those_that_follow_a_payment_are_read_first(engine: FakeEngine) -> None:
    """Open purchases that only wait for their buyers cannot hide them."""
    engine.know(*(run(f"purchase/p{n}", status="awaiting_payment") for n in range(LOOKED_AT_MAX)))
    engine.know(run("purchase/paid"), run(SUCCESS))
    read = [saga.workflow_id for saga in await looked_at(engine)]
    assert (len(read), read[:2]) == (LOOKED_AT_MAX, [SUCCESS, "purchase/paid"])

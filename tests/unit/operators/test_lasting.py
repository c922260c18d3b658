"""Sagas that do not come on and do not park: the server's own count of their tries tells."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from operators.lasting import FAILING_FROM, LOOKED_AT_MAX, is_failing, looked_at
from operators.ports import Run, Step
from tests.unit.operators.conftest import Command
from tests.unit.operators.fake_temporal import PURCHASE, SUCCESS, FakeTemporal, run

NOW = datetime.now(UTC)
DAYS, MINUTE = timedelta(days=2), timedelta(minutes=1)


@pytest.mark.parametrize("stuck", [PURCHASE, SUCCESS])
def test_it_is_listed_first_with_its_fault(temporal: FakeTemporal, purchases: Command, stuck: str) -> None:
    """Once, as its purchase, which needs attention; beside it what its worker could not do, and where to read on."""
    tries = {PURCHASE: 0, SUCCESS: 0} | {stuck: 57}
    temporal.know(run(status="awaiting_payment", task_attempt=tries[PURCHASE]))
    temporal.know(run(SUCCESS, kind="PaymentSuccess", task_attempt=tries[SUCCESS]))
    document = json.loads(purchases("list", "--json").stdout)
    (row,) = document["purchases"]
    assert (row["section"], row["purchase_id"], row["status"]) == ("attention", "p1", "needs_attention")
    (need,) = row["needs"]
    assert (need["workflow_id"], need["state"], need["choices"]) == (stuck, "failing", {})
    assert all(word in need["reason"] for word in ("WorkflowTasksFail", "try 57", "Failed decoding arguments"))


def test_show_tells_it_without_asking_the_saga(temporal: FakeTemporal, purchases: Command) -> None:
    """A query would fail as its task does."""
    temporal.know(run(task_attempt=FAILING_FROM))
    temporal.worker = False
    output = purchases("show", "p1").stdout
    assert "needs attention" in output
    assert "task fails again and again" in " ".join(output.split())


async def test_a_try_after_a_workers_death_is_no_failure(temporal: FakeTemporal) -> None:
    """Neither a first nor a second try, nor a saga that has ended meanwhile."""
    temporal.know(run(task_attempt=FAILING_FROM - 1))
    temporal.know(run(SUCCESS, state="completed", task_attempt=FAILING_FROM))
    assert not any(map(is_failing, await looked_at(temporal)))


def tried(since: datetime, attempt: int = 2880) -> tuple[Step, ...]:
    """A step whose callee is away."""
    return (Step(name="deliver-offset", attempt=attempt, since=since, failure="POST /users/alice/offsets: 503"),)


def test_a_paid_purchase_that_is_tried_for_days_is_listed_with_its_age(
    temporal: FakeTemporal, purchases: Command
) -> None:
    """Counted from the first try; which step, how often, and why not. It waits for nobody's decision."""
    temporal.know(run(started_at=NOW - DAYS))
    temporal.know(run(SUCCESS, kind="PaymentSuccess", started_at=NOW - 2 * DAYS, steps=tried(NOW - DAYS)))
    document = json.loads(purchases("list", "--json").stdout)
    (row,) = document["purchases"]
    assert (row["section"], row["purchase_id"], row["status"]) == ("struggling", "p1", "processing")
    (need,) = row["needs"]
    assert (need["state"], datetime.fromisoformat(need["since"]), need["choices"]) == ("struggling", NOW - DAYS, {})
    assert need["reason"] == "deliver-offset, attempt 2880: POST /users/alice/offsets: 503"
    shown = purchases("list").stdout
    assert ("Tried again and again (1)" in shown, "Nothing waits for a decision." in shown) == (True, True)


def test_whose_money_is_taken_comes_first_then_the_oldest(temporal: FakeTemporal, purchases: Command) -> None:
    """An opening may wait: nobody has paid it."""
    for number, (saga, age) in enumerate(
        [("purchase/p0", 9 * DAYS), ("payment-success/payment-1", DAYS), ("payment-success/payment-2", 2 * DAYS)]
    ):
        kind = "StartPayment" if saga.startswith("purchase/") else "PaymentSuccess"
        since = NOW - age
        temporal.know(run(saga, kind=kind, payment_id=f"payment-{number}", started_at=since, steps=tried(since)))
    rows = json.loads(purchases("list", "--json").stdout)["purchases"]
    assert [row["payment_id"] for row in rows] == ["payment-2", "payment-1", "payment-0"]


@pytest.mark.parametrize(
    "well",
    [
        run(started_at=NOW - DAYS, status="awaiting_payment"),
        run(started_at=NOW - DAYS, steps=tried(NOW - DAYS, attempt=1)),
        run(started_at=NOW - DAYS, steps=tried(NOW - MINUTE)),
        run(SUCCESS, kind="PaymentSuccess", started_at=NOW - MINUTE, steps=tried(NOW - MINUTE)),
    ],
)
def test_what_may_last_or_has_just_begun_does_not_struggle(
    temporal: FakeTemporal, purchases: Command, well: Run
) -> None:
    """A buyer has time to pay, a first attempt is no failure, and a hiccup heals."""
    temporal.know(well)
    assert json.loads(purchases("list", "--json").stdout)["totals"]["struggling"] == 0
    assert "Nothing needs attention." in purchases("list").stdout


def test_a_follow_up_that_takes_no_step_tells_itself_what_it_waits_for(
    temporal: FakeTemporal, purchases: Command
) -> None:
    """It asks again for what should come by itself; where its worker is away, that is said."""
    temporal.know(run(SUCCESS, kind="PaymentSuccess", started_at=NOW - DAYS))
    assert "processing since noon. Delivers." in purchases("list").stdout
    temporal.worker = False
    assert "no poller" in purchases("list").stdout


async def test_of_too_many_those_that_follow_a_payment_are_read_first(temporal: FakeTemporal) -> None:
    """Open purchases that only wait for their buyers cannot hide them."""
    temporal.know(*(run(f"purchase/p{n}", status="awaiting_payment") for n in range(LOOKED_AT_MAX)))
    temporal.know(run("purchase/paid"), run(SUCCESS))
    read = [saga.workflow_id for saga in await looked_at(temporal)]
    assert (len(read), read[:2]) == (LOOKED_AT_MAX, [SUCCESS, "purchase/paid"])

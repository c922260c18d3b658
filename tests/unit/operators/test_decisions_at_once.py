"""Decisions on many parked sagas at once."""

import asyncio
import os
import signal

import pytest

from operators.ports import Run
from tests.unit.operators.conftest import Command
from tests.unit.operators.fake_temporal import PURCHASE, SUCCESS, FakeTemporal, parked_run, run, view
from tests.unit.operators.test_decisions import NOW_NOT, results, several, told


def test_all_parked_sagas_at_once(temporal: FakeTemporal, purchases: Command) -> None:
    """Each is decided on, the plan shows the first and counts the rest, and the summary counts what came of them."""
    ids = several(temporal, 250)
    temporal.know(parked_run(PURCHASE), run("purchase/p2", payment_id="payment-x"))
    result = purchases("retry", "--all-parked", *NOW_NOT)
    assert (result.exit_code, sorted(temporal.done)) == (0, sorted(("retry", saga) for saga in ids))
    assert "… and 230 more." in result.stderr
    assert ["decided: 100 of 250" in result.stderr, "decided: 200 of 250" in result.stderr] == [True, True]
    assert result.stdout.endswith("250 ended\n")


def test_the_plan_tells_every_meaning_that_a_decision_has(temporal: FakeTemporal, purchases: Command) -> None:
    """Abort does one thing to a delivery and another to a failed payment."""
    several(temporal, 2)
    temporal.park(parked_run("payment-failed/payment-9/ch_1"), why=view(choices={"abort": "It ends; nothing is done."}))
    plan = purchases("abort", "--all-parked").stderr
    assert "abort, 2 of 3: All is undone." in plan
    assert "abort, 1 of 3: It ends; nothing is done." in plan


def test_a_reason_narrows(temporal: FakeTemporal, purchases: Command) -> None:
    """Whatever is parked for something else stays so."""
    first, second = several(temporal, 2)
    temporal.waiting[second] = view("Deliver 1 t: no answer for 3 days")
    assert told(purchases, "retry", "--reason", "NO ANSWER")[0] == 0
    assert temporal.done == [("retry", second)]
    assert first in temporal.waiting


@pytest.mark.parametrize("options", [["--query", "BuyerId = 'alice'"], ["--buyer", "bob"], ["--status", "paid"]])
def test_nothing_that_is_meant_is_no_fault(temporal: FakeTemporal, purchases: Command, options: list[str]) -> None:
    """Said plainly, exit code 0, and nothing but parked sagas is ever meant."""
    temporal.know(run())
    result = purchases("retry", *options, "--yes")
    assert (result.exit_code, "nothing is done" in result.stdout, temporal.done) == (0, True, [])


@pytest.mark.parametrize("arguments", [[], [SUCCESS, "--all-parked"], [SUCCESS, "--reason", "x"]])
def test_which_are_meant_has_to_be_clear(temporal: FakeTemporal, purchases: Command, arguments: list[str]) -> None:
    """Ids or a filter, not neither and not both."""
    temporal.park(parked_run())
    result = purchases("retry", *arguments, "--yes")
    assert (result.exit_code, temporal.done) == (2, [])


def test_ctrl_c_stops_in_order(temporal: FakeTemporal, purchases: Command) -> None:
    """What was sent is told with what came of it, the rest is named as not sent, and the exit code is 130."""
    ids = several(temporal, 30)
    resolve = temporal.resolve

    async def interrupted(run: Run, decision: str) -> str:
        if len(temporal.done) == 5:
            os.kill(os.getpid(), signal.SIGINT)
            # The event loop hears of a signal in its next round.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return await resolve(run, decision)

    temporal.resolve = interrupted  # type: ignore[method-assign]
    code, document = told(purchases, "retry", "--all-parked")
    counts = document["counts"]
    assert code == 130
    assert 6 <= counts["ended"] == len(temporal.done) < 30
    assert counts["not sent"] == 30 - counts["ended"]
    assert sorted(results(document)) == sorted(ids)

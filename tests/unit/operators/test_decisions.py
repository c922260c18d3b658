"""`flask purchases retry`, `skip` and `abort`."""

import json
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import Refused, Unavailable
from domain.messages import ParkedView
from operators.ports import Run
from tests.unit.fakes import NOW
from tests.unit.operators.conftest import Command
from tests.unit.operators.fake_temporal import PURCHASE, SUCCESS, FakeTemporal, parked_run, run, view

pytestmark = pytest.mark.usefixtures("known")

ALL = {"retry": "Again.", "skip": "Left out.", "abort": "Undone."}

NOW_NOT = ("--yes", "--wait", "0")


def told(purchases: Command, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and document of a decision that nobody is asked about and that is not watched."""
    result = purchases(*arguments, *NOW_NOT, "--json")
    return result.exit_code, json.loads(result.stdout)


def results(document: dict[str, Any]) -> dict[str, str]:
    """What came of each saga."""
    return {outcome["workflow_id"]: outcome["result"] for outcome in document["outcomes"]}


def several(temporal: FakeTemporal, count: int, **changes: Any) -> list[str]:
    """Parked sagas of several purchases; their ids."""
    ids = [f"payment-success/payment-{number}" for number in range(count)]
    temporal.park(*(parked_run(saga, payment_id=saga.partition("/")[2], **changes) for saga in ids))
    return ids


@pytest.mark.parametrize("decision", ["retry", "skip", "abort"])
@pytest.mark.parametrize("any_id", ["p1", PURCHASE, SUCCESS])
def test_a_decision_is_shown_asked_about_and_told(
    temporal: FakeTemporal, purchases: Command, decision: str, any_id: str
) -> None:
    """By the purchase or by the saga itself: why it waits, what will happen, the question, and what came of it."""
    temporal.know(parked_run(PURCHASE))
    temporal.park(parked_run(), why=view(choices=ALL))
    result = purchases(decision, any_id, keys="y\n")
    assert result.exit_code == 0
    assert "refused, no balance" in result.stderr
    assert f"{decision}: {ALL[decision]}" in result.stderr
    assert f"{decision.capitalize()} this saga at Temporal 127.0.0.1:7233, namespace default? [y/N]" in result.stderr
    assert "The purchase is paid (a mistake)." in result.stdout
    assert temporal.done == [(decision, SUCCESS)]


def test_no_is_no(temporal: FakeTemporal, purchases: Command) -> None:
    """Nothing is done, and the exit code tells it."""
    temporal.park(parked_run())
    result = purchases("abort", SUCCESS, keys="n\n")
    assert (result.exit_code, "Nothing is done" in result.stderr, temporal.done) == (1, True, [])


def test_an_end_of_input_is_no_yes(temporal: FakeTemporal, purchases: Command) -> None:
    """The terminal is gone, or somebody has pressed Ctrl-C at the question."""
    temporal.park(parked_run())
    result = purchases("abort", SUCCESS, keys="")
    assert (result.exit_code, temporal.done) == (130, [])


def test_where_nobody_can_be_asked_yes_has_to_be_said(temporal: FakeTemporal, purchases: Command) -> None:
    """What would happen is shown, nothing is done, and the message says what to add."""
    temporal.park(parked_run())
    result = purchases("retry", SUCCESS)
    assert (result.exit_code, "add --yes" in result.stderr, temporal.done) == (2, True, [])
    assert "retry: What failed is tried again." in result.stderr
    assert purchases("retry", SUCCESS, *NOW_NOT).exit_code == 0
    assert temporal.done == [("retry", SUCCESS)]


def test_a_saga_that_goes_on_tells_its_own_sentence(temporal: FakeTemporal, purchases: Command) -> None:
    """Nothing more is to be seen in the time that was given."""
    temporal.park(parked_run())
    temporal.again[SUCCESS] = view()
    code, document = told(purchases, "retry", SUCCESS)
    assert (code, document["outcomes"][0]["says"]) == (0, "retry it is.")
    assert document["counts"]["goes on"] == 1


def test_a_saga_that_parks_again_is_no_success(temporal: FakeTemporal, purchases: Command) -> None:
    """The cause is not mended: the new reason is told, and the exit code is 1."""
    temporal.park(parked_run())
    temporal.again[SUCCESS] = view("Refund the payment: refused, a dispute", since=NOW + timedelta(seconds=1))
    result = purchases("retry", SUCCESS, "--yes")
    assert (result.exit_code, "parked again" in result.stdout, "a dispute" in result.stdout) == (1, True, True)


@pytest.mark.parametrize("kind", ["not-parked", "not-offered", "not-seen"])
def test_a_refusal_is_told(temporal: FakeTemporal, purchases: Command, kind: str) -> None:
    """Its kind and why; exit code 1."""
    temporal.park(parked_run())
    temporal.refusals[SUCCESS] = Refused(kind, "It makes no sense here.")
    code, document = told(purchases, "retry", SUCCESS)
    (outcome,) = document["outcomes"]
    assert (code, outcome["result"], outcome["kind"], outcome["says"]) == (
        1,
        "refused",
        kind,
        "It makes no sense here.",
    )


def test_what_the_saga_does_not_offer_is_refused_unasked(temporal: FakeTemporal, purchases: Command) -> None:
    """The refusal names what can be decided."""
    temporal.park(parked_run())
    result = purchases("skip", SUCCESS, "--yes")
    assert (result.exit_code, temporal.done) == (1, [])
    assert "not-offered: skip makes no sense here; what can be decided is: retry, abort." in result.stderr


def test_what_has_changed_since_it_was_shown_is_not_decided(temporal: FakeTemporal, purchases: Command) -> None:
    """Meanwhile it went on and waits for another reason: the yes was not meant for that."""
    temporal.park(parked_run())
    shown = temporal.parked
    looks = iter([view(), view("Return the offset: refused", since=NOW + timedelta(minutes=1))])

    async def parked(run: Any) -> ParkedView | None:
        return next(looks, await shown(run))

    temporal.parked = parked  # type: ignore[method-assign]
    code, document = told(purchases, "abort", SUCCESS)
    assert (code, document["outcomes"][0]["kind"], temporal.done) == (1, "changed", [])


@pytest.mark.parametrize("known", [run(), run(state="completed"), run(state="terminated")])
def test_a_saga_that_does_not_wait(temporal: FakeTemporal, purchases: Command, known: Any) -> None:
    """Refused with how it stands."""
    temporal.know(known)
    result = purchases("abort", PURCHASE, "--yes")
    assert (result.exit_code, f"not-parked: Nothing is parked here: {PURCHASE} is {known.state}." in result.stderr) == (
        1,
        True,
    )


def test_a_purchase_with_several_parked_sagas_has_to_be_said_more_exactly(
    temporal: FakeTemporal, purchases: Command
) -> None:
    """Each of them has choices of its own."""
    temporal.know(run())
    temporal.park(parked_run(), parked_run("refund-failed/re_1", kind="RefundFailed"))
    result = purchases("retry", "p1", "--yes")
    assert (result.exit_code, temporal.done) == (2, [])
    assert f"{SUCCESS}, refund-failed/re_1" in result.stderr


def test_an_overdue_purchase_that_waits_for_its_follow_up(temporal: FakeTemporal, purchases: Command) -> None:
    """Both are parked; the follow-up is the cause, and the purchase goes on by itself once it is told."""
    temporal.park(parked_run(PURCHASE), parked_run())
    assert told(purchases, "retry", "p1")[0] == 0
    assert temporal.done == [("retry", SUCCESS)]


def test_the_highest_exit_code_wins(temporal: FakeTemporal, purchases: Command) -> None:
    """One ends, one is refused, one's worker is away, one is not known: each is told, and nobody is forgotten."""
    ended, refused, silent = several(temporal, 3)
    temporal.refusals = {refused: Refused("not-seen", "No."), silent: Unavailable("no worker")}
    code, document = told(purchases, "retry", ended, refused, silent, "nobody")
    assert code == 2
    assert results(document) == {ended: "ended", refused: "refused", silent: "unknown", "nobody": "unknown"}


def test_a_decision_whose_answer_is_lost_is_seen_by_its_effect(temporal: FakeTemporal, purchases: Command) -> None:
    """The worker took it and had no time to say so: the saga has ended, and that is told."""
    temporal.park(parked_run())

    async def lost(run: Run, decision: str) -> str:
        temporal.know(run.model_copy(update={"state": "completed", "status": "paid"}))
        raise Unavailable("no answer in time")

    temporal.resolve = lost  # type: ignore[method-assign]
    code, document = told(purchases, "retry", SUCCESS)
    assert (code, results(document)) == (0, {SUCCESS: "ended"})


def test_an_id_that_stands_twice_is_decided_once(temporal: FakeTemporal, purchases: Command) -> None:
    """Also where two ids lead to the same saga."""
    temporal.know(run())
    temporal.park(parked_run())
    assert told(purchases, "retry", "p1", SUCCESS, SUCCESS)[0] == 0
    assert temporal.done == [("retry", SUCCESS)]

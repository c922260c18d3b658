"""`flask purchases show`."""

import pytest

from app.operators.engine import TERMINATED
from domain.errors import Unavailable
from domain.messages import ParkedView
from tests.unit.fakes import NOW
from tests.unit.operators.conftest import Command
from tests.unit.operators.fake_engine import PURCHASE, SUCCESS, FakeEngine, run


@pytest.mark.parametrize("any_id", ["p1", PURCHASE, SUCCESS])
def test_all_sagas_of_a_purchase_are_shown(engine: FakeEngine, purchases: Command, any_id: str) -> None:
    """By the purchase's id or that of any of its sagas; what each says of itself stands there without markup."""
    engine.know(run(), run(SUCCESS, kind="PaymentSuccess"), run("purchase/p2", payment_id="pi_2"))
    result = purchases("show", any_id)
    assert result.exit_code == 0
    assert result.output.count("processing since noon. Delivers.\n") == 2
    assert [saga in result.output for saga in (PURCHASE, SUCCESS, "purchase/p2")] == [True, True, False]


def test_a_purchase_without_a_payment_is_its_one_saga(engine: FakeEngine, purchases: Command) -> None:
    """An opening that has just begun has no payment yet."""
    engine.know(run(payment_id=None))
    assert purchases("show", "p1").output.count("StartPayment") == 1


def test_a_parked_saga_tells_what_can_be_decided(engine: FakeEngine, purchases: Command) -> None:
    """Why, since when, and each choice as the command to type."""
    engine.know(run())
    choices = {"retry": "What failed is tried again.", "abort": "All is undone."}
    engine.waiting[PURCHASE] = ParkedView(since=NOW, reason="Refund: refused", choices=choices)
    output = purchases("show", "p1").output
    assert f"parked since {NOW:%Y-%m-%d %H:%M:%S} UTC: Refund: refused\n" in output
    assert f"flask purchases abort '{PURCHASE}'  # All is undone.\n" in output
    assert "skip" not in output


def test_a_terminated_saga_tells_how_it_is_repaired(engine: FakeEngine, purchases: Command) -> None:
    """With the reason that somebody gave, and the time."""
    engine.know(run(state=TERMINATED, closed_at=NOW))
    output = purchases("show", "p1").output
    assert "a mistake\n" in output
    assert f"terminated since {NOW:%Y-%m-%d %H:%M:%S} UTC, the purchase is processing\n" in output
    assert f"flask purchases repair '{PURCHASE}'" in output


def test_a_saga_without_its_worker_shows_what_the_server_knows(engine: FakeEngine, purchases: Command) -> None:
    """The rest of the answer does not fail with it."""
    engine.know(run())
    engine.worker = False
    result = purchases("show", "p1")
    assert (result.exit_code, "Its worker does not answer" in result.output) == (0, True)


def test_an_unknown_purchase_is_said_so(purchases: Command) -> None:
    """One line, exit code 2."""
    result = purchases("show", "p1")
    assert (result.exit_code, result.output.count("\n"), "not-found" in result.output) == (2, 1, True)


def test_a_server_that_is_away_is_said_so(engine: FakeEngine, purchases: Command) -> None:
    """One line, exit code 2."""
    engine.away = Unavailable("Temporal does not answer")
    result = purchases("show", "p1")
    assert (result.exit_code, result.output) == (2, "Error: Temporal does not answer\n")

"""`flask purchases retry`, `skip` and `abort`."""

import pytest

from domain.errors import Refused
from tests.unit.operators.conftest import Command
from tests.unit.operators.fake_engine import PURCHASE, FakeEngine, run


@pytest.mark.parametrize("decision", ["retry", "skip", "abort"])
def test_the_saga_says_what_will_happen(engine: FakeEngine, purchases: Command, decision: str) -> None:
    """Its sentence is printed, and nothing else."""
    engine.know(run())
    result = purchases(decision, PURCHASE)
    assert (result.exit_code, result.output) == (0, f"{decision} it is.\n")


@pytest.mark.parametrize("kind", ["not-parked", "not-offered", "not-seen"])
def test_a_refusal_is_printed(engine: FakeEngine, purchases: Command, kind: str) -> None:
    """Its kind and why; exit code 1."""
    engine.know(run())
    engine.refusal = Refused(kind, "It makes no sense here.")
    result = purchases("skip", PURCHASE)
    assert (result.exit_code, result.output) == (1, f"Error: {kind}: It makes no sense here.\n")


def test_a_saga_that_has_ended_is_not_parked(engine: FakeEngine, purchases: Command) -> None:
    """Temporal would only say that it does not find it."""
    engine.know(run(state="completed"))
    result = purchases("abort", PURCHASE)
    assert (result.exit_code, "does not run any more: it is completed" in result.output) == (1, True)

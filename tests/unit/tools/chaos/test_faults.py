"""The fault plan: a pure function of the seed."""

import pytest

from tools.chaos.faults import plan

LINKS = ("payments", "projects", "stripe", "temporal")
# A quarter of an hour: every kind of fault and every place have their turn.
LONG_S = 900.0


def test_a_seed_makes_the_same_plan_again() -> None:
    """Whoever knows the seed of a run can make its faults again, in whatever order the links are named."""
    assert plan(7, LONG_S, LINKS) == plan(7, LONG_S, set(LINKS))


@pytest.mark.parametrize("seed", range(20))
def test_every_fault_is_over_when_the_load_is(seed: int) -> None:
    """After the last purchase has begun nothing new breaks, so that all can settle."""
    assert all(fault.healed_s <= 60 for fault in plan(seed, 60, LINKS))

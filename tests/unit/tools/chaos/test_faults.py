"""The fault plan: a pure function of the seed."""

from itertools import combinations

import pytest

from tools.chaos.faults import PROCESSES, REST_S, FaultKind, plan

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


def test_a_place_rests_between_two_faults() -> None:
    """What was broken works for a while before it breaks again; a process and the link to it are two places."""
    pairs = combinations(plan(7, LONG_S, LINKS), 2)

    assert all(later.at_s > one.healed_s + REST_S for one, later in pairs if one.place == later.place)


def test_everything_has_its_turn() -> None:
    """In some runs each process is killed and frozen, each link slowed, cut and half opened, the provider spoiled."""
    broken = {(fault.kind, fault.target) for seed in range(8) for fault in plan(seed, LONG_S, LINKS)}

    assert {(kind, name) for kind in (FaultKind.KILL, FaultKind.FREEZE) for name in PROCESSES} <= broken
    assert {(kind, name) for kind in (FaultKind.SLOW, FaultKind.CUT, FaultKind.HALF_OPEN) for name in LINKS} <= broken
    assert (FaultKind.PROVIDER, "stripe_simulator") in broken

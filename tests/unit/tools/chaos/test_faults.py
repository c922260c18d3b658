"""The fault plan: a pure function of the seed."""

from itertools import combinations

import pytest

from tools.chaos.faults import PROCESSES, REST_S, Kind, plan

LINKS = ("payments", "projects", "stripe", "temporal")
# A quarter of an hour: every kind of fault and every place have their turn.
LONG_S = 900.0


def test_a_seed_makes_the_same_plan_again() -> None:
    """Whoever knows the seed of a run can make its faults again, in whatever order the links are named."""
    assert plan(7, LONG_S, LINKS) == plan(7, LONG_S, set(LINKS))


def test_seeds_make_different_plans() -> None:
    """Another seed is another run."""
    assert plan(7, LONG_S, LINKS) != plan(8, LONG_S, LINKS)


@pytest.mark.parametrize("seed", range(20))
def test_every_fault_is_over_when_the_load_is(seed: int) -> None:
    """After the last purchase has begun nothing new breaks, so that all can settle."""
    assert all(fault.healed_s <= 60 for fault in plan(seed, 60, LINKS))


def test_faults_come_in_their_order() -> None:
    """Who carries the plan out waits from one to the next."""
    moments = [fault.at_s for fault in plan(7, LONG_S, LINKS)]

    assert moments == sorted(moments)


def test_a_place_rests_between_two_faults() -> None:
    """What was broken works for a while before it breaks again; a process and the link to it are two places."""
    pairs = combinations(plan(7, LONG_S, LINKS), 2)

    assert all(later.at_s > one.healed_s + REST_S for one, later in pairs if one.place == later.place)


def test_everything_has_its_turn() -> None:
    """In some runs each process is killed and frozen, each link slowed, cut and half opened, the provider spoiled."""
    broken = {(fault.kind, fault.target) for seed in range(8) for fault in plan(seed, LONG_S, LINKS)}

    assert {(kind, name) for kind in (Kind.KILL, Kind.FREEZE) for name in PROCESSES} <= broken
    assert {(kind, name) for kind in (Kind.SLOW, Kind.CUT, Kind.HALF_OPEN) for name in LINKS} <= broken
    assert (Kind.PROVIDER, "stripe_simulator") in broken


def test_several_things_are_broken_at_a_time() -> None:
    """Faults overlap, for the worst bugs need two."""
    pairs = combinations(plan(7, LONG_S, LINKS), 2)

    assert any(later.at_s < one.healed_s for one, later in pairs)


def test_a_run_without_time_has_no_faults() -> None:
    """A run that ends before anything could be healed breaks nothing."""
    assert plan(7, 0.5, LINKS) == ()

"""From rounds to figures, targets and a plot."""

from xml.etree import ElementTree as ET

import pytest

from tools.bench.cost import by_group
from tools.bench.load import Sample
from tools.bench.plot import Bar, Panel, svg
from tools.bench.speed import NAIVE, OURS, Speed
from tools.bench.speed_report import panels, speed_section
from tools.bench.spread import Spread, Target

OTHER = "v1.0.0"


@pytest.fixture
def speed() -> Speed:
    """Three rounds, in the second of which a neighbour takes most of the machine; 1.0.0 takes twice as long as we."""
    found = Speed(memory_mb={"temporal": 400, "success_worker": 120})
    for slowed in (1, 10, 1):
        for who, ms in ((OURS, 100), (NAIVE, 100), (OTHER, 200)):
            for load in "abcd":
                for callers in (1, 32):
                    found.samples[who, load, callers].append(Sample([ms * slowed] * 10, ms * slowed / 100))
            found.cpu_ms[who].append({"temporal": ms, "success_worker": ms})
    return found


def test_a_ratio_is_of_what_was_measured_next_to_each_other() -> None:
    """A slow round falls on both and says nothing."""
    assert Spread.of_ratios([1, 10, 1], [2, 20, 2]) == Spread(0.5, 0.5, 0.5)
    assert f"{Spread.of([1, 4, 2]):.1f}" == "2.0 (1.0 to 4.0)"


@pytest.mark.parametrize(("median", "holds"), [(1.7, False), (1.8, True), (1.9, True)])
def test_a_target_holds_by_its_median(median: float, holds: bool) -> None:
    """However wide the rounds differ; a rate has a least, a wait a most."""
    assert Target("", Spread(median, 0, 9), least=1.8).holds is holds
    assert Target("", Spread(-median, 0, 9), most=-1.8).holds is holds


def test_the_stand_in_is_no_cost_of_ours() -> None:
    """Nor are the engine and the broker; whatever else runs in a stack is."""
    found = by_group({"temporal": 1, "stripe_simulator": 2, "rabbitmq": 4, "payments": 8, "naive_worker": 16})
    assert found == {"our own processes": 24, "Temporal": 1, "the stand-in for Stripe": 2, "the broker": 4}


def test_the_section_says_which_targets_hold(speed: Speed) -> None:
    """All against 1.0.0, whatever the neighbour does, and none against a twin that is as fast as we are."""
    rows = [line for line in speed_section(speed, "here") if line.endswith(("yes |", "no** |"))]
    assert len(rows) == 9
    assert [row for row in rows if "**no**" in row] == [row for row in rows if "the naive twin's" in row]


def test_the_plot_is_one_picture_with_all_figures(speed: Speed) -> None:
    """Well-formed; each bar tells whose it is and its median, and a panel of nothing but zeros breaks nothing."""
    picture = svg("a < b", [*panels(speed), Panel("none", [Bar("ours", Spread(0, 0, 0))])])
    texts = [text.text for text in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 - our own
    assert {OURS, NAIVE, OTHER, "100", "200"} <= set(texts)

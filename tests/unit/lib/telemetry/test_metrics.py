"""What a web process tells Prometheus."""

import time
from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from lib.telemetry.metrics import Asked, exposition, gauge


def told(*asked: Asked) -> dict[str, float]:
    """Each sample, by its name and labels' values."""
    families = text_string_to_metric_families(exposition(*asked).decode())
    return {"/".join((s.name, *s.labels.values())): s.value for family in families for s in family.samples}


def test_what_is_asked_for_stands_beside_what_is_counted() -> None:
    """A number of now, and the process's own."""
    seen = told(lambda: [gauge("shop_open", "Open shops.", {("north",): 2, ("south",): 0}, ["place"])])
    assert (seen["shop_open/north"], seen["shop_open/south"]) == (2, 0)
    assert seen["process_resident_memory_bytes"] > 0


def test_the_clock_is_told() -> None:
    """So that Prometheus can compare it with its own."""
    before = time.time()
    assert before <= told()["clock_seconds"] <= time.time()


def test_who_does_not_answer_is_left_out() -> None:
    """A database that is away does not blind Prometheus for all the rest."""

    def away() -> Iterable[Metric]:
        raise OSError("away")

    seen = told(away, lambda: [gauge("shop_open", "Open shops.", {(): 1})])
    assert seen["shop_open"] == 1


def test_when_a_series_began_is_not_told() -> None:
    """It would double the number of series, and nobody asks for it."""
    assert [name for name in told() if "_created" in name] == []

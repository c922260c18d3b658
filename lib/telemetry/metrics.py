"""The metrics of a web process: what it counts, and how Prometheus reads it.

Several processes of one address count in files of their own, and whichever is asked adds them up (prometheus_client's
multiprocess mode, which gunicorn.conf.py turns on). A number that stands in a database, or at Temporal, is
not counted here: it is read at each scrape, by whichever process answers.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Histogram,
    Metric,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

log = logging.getLogger(__name__)

# The times at which series began are not needed, and would double the number of series.
disable_created_metrics()  # type: ignore[no-untyped-call]

# Called at each scrape; it limits its own time, for Prometheus waits 10 s for everything.
Asked = Callable[[], Iterable[Metric]]

# From what a read of one row takes to the longest that anybody waits, an opening's 30 s; 2.5 s is where a buyer begins
# to wonder, 10 s where the intake answers 503.
ANSWER_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

# The route and never the path, of which a caller could make up any number.
HTTP = Histogram(
    "http_request_duration_seconds",
    "How long requests took to answer, by route and status.",
    ["route", "status"],
    buckets=ANSWER_BUCKETS_S,
)


def gauge(
    name: str, says: str, values: Mapping[tuple[str, ...], float], labels: Sequence[str] = ()
) -> GaugeMetricFamily:
    """A gauge as it stands now: a value for each combination of its labels' values."""
    family = GaugeMetricFamily(name, says, labels=labels)
    for combination, value in values.items():
        family.add_metric(combination, value)
    return family


def exposition(*asked: Asked) -> bytes:
    """The counts of all processes at this address, and the answers of `asked`, in Prometheus' text format."""
    registry = CollectorRegistry(support_collectors_without_names=True)
    try:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:
        # Multiprocess mode is off: this process is all there is, and it can tell of its memory and threads too.
        registry.register(REGISTRY)
    registry.register(_Now((_clock, *asked)))
    return generate_latest(registry)


def _clock() -> Iterable[Metric]:
    return [gauge("clock_seconds", "This process's clock, in seconds since 1970 (UTC).", {(): time.time()})]


class _Now(Collector):
    """The answers of `asked`; one that fails is left out."""

    def __init__(self, asked: Iterable[Asked]) -> None:
        self._asked = asked

    def collect(self) -> Iterable[Metric]:
        """Call each."""
        for ask in self._asked:
            try:
                yield from ask()
            except Exception as error:
                log.warning("a part of the metrics is left out: %r", error)

"""A stack that traces every purchase to a collector of the tests, and logs as production does."""

from collections.abc import Iterator

import pytest

from tests.integration.newcomers import newcomer
from tests.integration.telemetry.collector import Collector, collecting
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack, StackOptions


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    """Where the spans go."""
    with collecting() as listening:
        yield listening


@pytest.fixture(scope="package")
def traced(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Stack]:
    """The stack."""
    environment = {
        "LOG_FORMAT": "json",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_TRACES_SAMPLER": "parentbased_always_on",
        # Soon enough for a test that waits for them, in milliseconds.
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "RESERVATION_TTL": "20",
        # Each process of the intake has to send its own spans.
        "WEB_CONCURRENCY": "2",
    }
    with Stack(StackOptions(data=tmp_path_factory.mktemp("traced"), environment=environment)) as running:
        yield running


@pytest.fixture
def client(traced: Stack) -> Iterator[Shop]:
    """A shop on that stack, for a buyer of the test's own."""
    with Shop(traced.description, newcomer()) as shop:
        yield shop

"""What the intake tells Prometheus of Temporal's own numbers."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client import Metric
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from engine.saga_collector import FOLLOW_UPS, OPEN, SagaCollector
from lib.portal import Portal

TTL = timedelta(minutes=30)


@dataclass
class CountingTemporal:
    """A client and its service: counts by the words in a query, and describes one busy queue."""

    counts: dict[str, int] = field(default_factory=dict)
    namespace: str = "default"
    away: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def workflow_service(self) -> "CountingTemporal":
        """Itself."""
        return self

    async def connect(self) -> Client:
        """Itself, as the collector connects."""
        return cast("Client", self)

    async def count_workflows(self, query: str) -> Any:
        """The first count whose key stands in the query."""
        self.asked.append(query)
        if self.away:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        return SimpleNamespace(count=next((n for words, n in self.counts.items() if words in query), 0))

    async def describe_task_queue(self, request: DescribeTaskQueueRequest) -> DescribeTaskQueueResponse:
        """Two pollers, one of them long gone; three tasks, the oldest for a minute."""
        assert request.report_stats
        response = DescribeTaskQueueResponse()
        for age_s in (1, 200):
            response.pollers.add().last_access_time.FromSeconds(int(time.time()) - age_s)
        response.stats.approximate_backlog_count = 3
        response.stats.approximate_backlog_age.FromSeconds(60)
        return response


def collector(temporal: CountingTemporal) -> SagaCollector:
    """A collector that asks that server."""
    return SagaCollector(Portal(), temporal.connect, TTL)


def values(told: Iterator[Metric] | Any) -> dict[str, dict[tuple[str, ...], float]]:
    """Each metric's samples by their labels' values."""
    return {metric.name: {tuple(sample.labels.values()): sample.value for sample in metric.samples} for metric in told}


def test_it_tells_what_is_open_parked_and_overdue() -> None:
    """Each status and each saga has its count, also of 0; what is parked counts as open."""
    temporal = CountingTemporal({"PurchaseStatus = 'processing'": 4, "'RefundFailed'": 2, "StartTime <": 1})
    told = values(collector(temporal)())
    assert told["intake_purchases_open"] == {(s.value,): 4 if s == "processing" else 0 for s in OPEN}
    assert told["intake_follow_ups_parked"] == {(saga,): 2 if saga == "RefundFailed" else 0 for saga in FOLLOW_UPS}
    assert told["intake_follow_ups_struggling"] == {(saga,): 2 if saga == "RefundFailed" else 1 for saga in FOLLOW_UPS}
    assert told["intake_purchases_overdue"] == {(): 1}
    assert told["intake_temporal_up"] == {(): 1}


def test_only_what_runs_is_counted() -> None:
    """An ended saga keeps its attributes."""
    temporal = CountingTemporal()
    collector(temporal)()
    assert all("ExecutionStatus = 'Running'" in query for query in temporal.asked)


def test_it_tells_who_works_on_a_queue_and_what_waits() -> None:
    """A worker that has not asked for long is gone."""
    told = values(collector(CountingTemporal())())
    place = ("start-payment", "workflow")
    assert told["intake_task_queue_pollers"][place] == 1
    assert told["intake_task_queue_backlog"][place] == 3
    assert told["intake_task_queue_backlog_age_seconds"][place] == 60
    assert len(told["intake_task_queue_pollers"]) == 6


def test_scrapes_that_follow_each_other_cost_one_question() -> None:
    """Several Prometheus servers ask, and Temporal is asked once."""
    temporal = CountingTemporal()
    watch = collector(temporal)
    first = values(watch())
    asked = len(temporal.asked)
    assert values(watch()) == first
    assert len(temporal.asked) == asked


def test_an_outage_shows_as_missing_numbers() -> None:
    """An old number would be a lie; that Temporal is away is told."""
    assert values(collector(CountingTemporal(away=True))()) == {"intake_temporal_up": {(): 0}}


@pytest.mark.parametrize("error", [RuntimeError("no server"), TimeoutError("too late")])
def test_a_server_that_cannot_be_reached_is_away(error: Exception) -> None:
    """However the client says it."""

    async def refuse() -> Client:
        raise error

    assert values(SagaCollector(Portal(), refuse, TTL)()) == {"intake_temporal_up": {(): 0}}

"""How many purchases are open, how many sagas are parked, and what waits in the task queues, as Temporal counts it.

A worker forgets its counts when it restarts, so Temporal is asked whenever Prometheus asks. Every intake exports the
same numbers: a query takes their `max`, never their sum.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta

from prometheus_client import Metric
from temporalio.client import Client
from temporalio.service import RPCError

from domain.messages import TaskQueue
from domain.purchase import PurchaseStatus
from engine.server import KINDS, describe_queue
from lib.portal import Portal
from lib.telemetry.metrics import gauge

OPEN = (
    PurchaseStatus.OPENING,
    PurchaseStatus.AWAITING_PAYMENT,
    PurchaseStatus.PROCESSING,
    PurchaseStatus.NEEDS_ATTENTION,
)
# The sagas that may be parked beside the purchase's own saga, whose status shows that.
FOLLOW_UPS = ("PaymentSuccess", "PaymentFailed", "RefundFailed")
# Ten minutes after its deadline a purchase is canceled and released, unless its bank still processes.
OVERDUE_AFTER_DEADLINE = timedelta(minutes=10)
# A callee that is started anew is back by then; a healthy follow-up takes less than a second.
STRUGGLING_AFTER = timedelta(minutes=5)
# A worker asks for work at least once a minute; one that has not for longer is gone.
POLLER_GONE = timedelta(seconds=90)
# 10 s: 17 queries of 2 ms each are no load at that pace, and nobody acts on a number faster.
FRESH_S = 10.0
# Prometheus waits 10 s for everything; a server that is there takes milliseconds.
TIMEOUT_S = 2.0

Counts = dict[tuple[str, ...], float]


class SagaCollector:
    """Asks Temporal at most once in ten seconds, on a connection of its own."""

    def __init__(self, portal: Portal, connect: Callable[[], Awaitable[Client]], reservation_ttl: timedelta) -> None:
        self._portal = portal
        self._connect = connect
        self._client: Client | None = None
        self._overdue_after = reservation_ttl + OVERDUE_AFTER_DEADLINE
        self._asking = threading.Lock()
        self._metrics: list[Metric] = []
        self._stale_at = 0.0

    def __call__(self) -> Iterable[Metric]:
        """The last answers of Temporal; without an answer only `intake_temporal_up 0`."""
        with self._asking:
            if time.monotonic() >= self._stale_at:
                self._metrics = self._ask_in_time()
                self._stale_at = time.monotonic() + FRESH_S
            return self._metrics

    def _ask_in_time(self) -> list[Metric]:
        try:
            metrics = self._portal.run(self._ask(), TIMEOUT_S)
        except (RPCError, RuntimeError, TimeoutError):
            metrics = []
        answers: Counts = {(): float(bool(metrics))}
        return [*metrics, gauge("intake_temporal_up", "Whether Temporal answers the intake: 1 or 0.", answers)]

    async def _ask(self) -> list[Metric]:
        self._client = self._client or await self._connect()
        client, overdue_at = self._client, datetime.now(UTC) - self._overdue_after
        struggle_at = datetime.now(UTC) - STRUGGLING_AFTER
        by_status, parked, struggling, overdue, queues = await asyncio.gather(
            _count(client, {(status.value,): f"{OF_PURCHASE} AND PurchaseStatus = '{status}'" for status in OPEN}),
            _count(client, {(saga,): f"{_running(saga)} AND {IS_PARKED}" for saga in FOLLOW_UPS}),
            _count(client, {(saga,): _struggling(saga, struggle_at) for saga in FOLLOW_UPS}),
            _count(client, {(): f"{OF_PURCHASE} AND StartTime < '{overdue_at.isoformat()}'"}),
            _queues(client),
        )
        return [
            gauge("intake_purchases_open", "Purchases that are not complete, by status.", by_status, ["status"]),
            gauge("intake_purchases_overdue", "Purchases open for ten minutes after their deadline.", overdue),
            gauge("intake_follow_ups_parked", "Sagas of payments that wait for an operator.", parked, ["saga"]),
            gauge("intake_follow_ups_struggling", "Sagas of payments that try in vain.", struggling, ["saga"]),
            *queues,
        ]


def _running(saga: str) -> str:
    return f"WorkflowType = '{saga}' AND ExecutionStatus = 'Running'"


def _struggling(saga: str, before: datetime) -> str:
    """A query for sagas that struggle; one that no worker has taken yet has no status."""
    goes_on = f"(PurchaseStatus IS NULL OR PurchaseStatus != '{PurchaseStatus.NEEDS_ATTENTION}')"
    return f"{_running(saga)} AND StartTime < '{before.isoformat()}' AND {goes_on}"


OF_PURCHASE = _running("StartPayment")
IS_PARKED = f"PurchaseStatus = '{PurchaseStatus.NEEDS_ATTENTION}'"


async def _count(client: Client, queries: dict[tuple[str, ...], str]) -> Counts:
    # One by one: the server groups by no attribute of ours.
    found = await asyncio.gather(*(client.count_workflows(query) for query in queries.values()))
    return {labels: answer.count for labels, answer in zip(queries, found, strict=True)}


async def _queues(client: Client) -> list[Metric]:
    wanted = [(queue, kind) for queue in TaskQueue for kind in KINDS]
    queues = await asyncio.gather(*(describe_queue(client, queue, KINDS[kind]) for queue, kind in wanted))
    described = dict(zip(wanted, queues, strict=True))
    seen_since = time.time() - POLLER_GONE.total_seconds()
    pollers: Counts = {
        (queue, kind): sum(poller.last_access_time.seconds >= seen_since for poller in answer.pollers)
        for (queue, kind), answer in described.items()
    }
    waiting: Counts = {labels: answer.stats.approximate_backlog_count for labels, answer in described.items()}
    oldest: Counts = {
        labels: answer.stats.approximate_backlog_age.ToTimedelta().total_seconds()
        for labels, answer in described.items()
    }
    labels = ["queue", "kind"]
    return [
        gauge("intake_task_queue_pollers", "Workers that have asked a task queue for work.", pollers, labels),
        gauge("intake_task_queue_backlog", "Tasks that wait for a worker (Temporal's estimate).", waiting, labels),
        gauge("intake_task_queue_backlog_age_seconds", "How long the oldest of them has waited.", oldest, labels),
    ]

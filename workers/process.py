"""How a worker process lives: connect, poll, say so, and stop without dropping what runs."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import uvloop
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.runtime import Runtime
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

from activities import NotifierSteps, PaymentsSteps, ProjectsSteps, UsersSteps
from clients.amqp import NOTIFICATIONS, AmqpNotifications
from clients.http import pooled_client
from clients.payments import HttpPayments
from clients.projects import HttpProjects
from clients.users import HttpUsers
from domain.messages import TaskQueue
from engine import address, connect
from engine.server import KINDS, describe_queue
from lib.messaging.broker import Broker
from lib.messaging.publisher import Publisher
from lib.settings import read
from lib.telemetry import logs, tracing
from lib.telemetry.calls import trace_calls
from lib.telemetry.sdk_logs import runtime
from lib.telemetry.sdk_metrics import metered_runtime
from workers.alive import alive
from workers.heartbeats import BEAT_S, Heartbeats
from workers.machine import measuring
from workers.sagas import SAGAS
from workers.settings import WorkerSettings
from workers.versions import deployment_of
from workflows.metrics import BUCKETS_S, LIFE_BUCKETS_S

log = logging.getLogger(__name__)

# A step's attempt takes at most 8 s at its client: a stop lets it end, so that no call has to be repeated.
GRACEFUL_SHUTDOWN = timedelta(seconds=9)
# As many steps at once as the HTTP client has connections.
STEPS_MAX = 100
# Tasks of sagas at once, with the steps that are taken in them: a step takes some 10 ms of the one processor that an
# interpreter uses, so that each of 10 has its turn well within its time limit, and a worker that dies loses few.
TASKS_MAX = 10
# Open purchases that a worker keeps in memory, some 150 KB each: 30 MB. Any other is replayed from its short history.
CACHED_MAX = 200
# After this the server gives a saga of a killed worker to another one: a busy worker takes a task within a second.
STICKY_TIMEOUT = timedelta(seconds=1)
# While Temporal is away a worker asks for it once a second.
RECONNECT_S = 1.0
# Whether the server sees the worker poll is asked this often; it takes some tens of milliseconds.
POLLING_CHECK_S = 0.05


class OnlyBugs(logging.Filter):
    """Drops the SDK's log records of failures that a step has translated and logged itself (activities.step)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is about an unexpected error."""
        return not (record.exc_info and isinstance(record.exc_info[1], ApplicationError))


@dataclass(frozen=True)
class Ports:
    """The clients that the steps of one process use."""

    payments: HttpPayments
    projects: HttpProjects
    users: HttpUsers
    notifications: AmqpNotifications

    def steps(self) -> list[Callable[..., Any]]:
        """Every step, bound to its client; each worker has all, for each saga may undo what another has done."""
        groups = (
            PaymentsSteps(self.payments),
            ProjectsSteps(self.projects),
            UsersSteps(self.users, self.payments),
            NotifierSteps(self.notifications),
        )
        return [
            method
            for group in groups
            for name in vars(type(group))
            if not name.startswith("_") and callable(method := getattr(group, name))
        ]


def run(queue: TaskQueue) -> None:
    """Work on a queue until SIGTERM or SIGINT; prints `Starting start payment worker` once the server sees it poll."""
    process = f"{queue.replace('-', '_')}_worker"
    logs.set_up(process)
    tracing.set_up(process)
    activity.logger.base_logger.addFilter(OnlyBugs())
    # Before anything is connected, so that wrong settings end the process at once.
    config = read(WorkerSettings)
    at = config.metrics_address
    Runtime.set_default(metered_runtime(at, LIFE_BUCKETS_S, BUCKETS_S) if at else runtime())
    uvloop.run(_work(config, queue))
    tracing.end()


async def _work(config: WorkerSettings, queue: TaskQueue) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client = await reach(stop)
    if client is None:
        return
    async with open_ports(config) as ports:
        worker = new_worker(client, queue, ports.steps(), deployment_of(config))
        async with worker:
            await _until_polling(client, queue)
            async with alive(config.alive_file, lambda: worker.is_running), measuring(Runtime.default().metric_meter):
                print(f"Starting {queue.replace('-', ' ')} worker", flush=True)
                await stop.wait()


async def reach(stop: asyncio.Event) -> Client | None:
    """A client of the server that TEMPORAL_* names, as soon as it answers; None when told to stop before."""
    while not stop.is_set():
        try:
            return await connect()
        except RuntimeError as error:
            log.warning("Temporal at %s does not answer yet: %s", address(), error)
            await asyncio.sleep(RECONNECT_S)
    return None


def new_worker(
    client: Client,
    queue: TaskQueue,
    steps: Sequence[Callable[..., Any]],
    deployment: WorkerDeploymentConfig | None,
) -> Worker:
    """A worker as every process of ours runs it."""
    return Worker(
        client,
        task_queue=queue,
        workflows=SAGAS[queue],
        activities=steps,
        max_concurrent_activities=STEPS_MAX,
        max_concurrent_workflow_tasks=TASKS_MAX,
        max_cached_workflows=CACHED_MAX,
        interceptors=[Heartbeats()],
        # Otherwise the SDK would delay each heartbeat until the next one is nearly due.
        max_heartbeat_throttle_interval=timedelta(seconds=BEAT_S),
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
        # The sandbox costs a third of a worker's processor time and most of its memory. What it would find is found
        # before: by the borders (import-linter) and by replaying every history in the sandbox (tests).
        workflow_runner=UnsandboxedWorkflowRunner(),
        graceful_shutdown_timeout=GRACEFUL_SHUTDOWN,
        deployment_config=deployment,
    )


async def _until_polling(client: Client, queue: TaskQueue) -> None:
    while True:
        try:
            described = await describe_queue(client, queue, KINDS["workflow"])
        except RPCError as error:
            log.warning("Temporal does not tell who polls: %s", error)
        else:
            if any(poller.identity == client.identity for poller in described.pollers):
                return
        await asyncio.sleep(POLLING_CHECK_S)


@asynccontextmanager
async def open_ports(config: WorkerSettings) -> AsyncIterator[Ports]:
    """What the steps of a process reach, connected."""
    publisher = Publisher(Broker(config.amqp_url, NOTIFICATIONS))
    publisher.start()
    # Connections of its own for each service: one that hangs must not keep the others'.
    async with (
        trace_calls(pooled_client(), "payments") as payments,
        trace_calls(pooled_client(), "projects") as projects,
        trace_calls(pooled_client(), "users") as users,
    ):
        yield Ports(
            payments=HttpPayments(payments, config.payments_url, config.service_token),
            projects=HttpProjects(projects, config.projects_url, config.service_token),
            users=HttpUsers(users, config.users_url, config.service_token),
            notifications=AmqpNotifications(publisher),
        )
    publisher.close()

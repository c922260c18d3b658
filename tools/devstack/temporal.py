"""The Temporal development server as a stack runs it, and the namespace as the application needs it."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

from tools.devstack.ports import LOOPBACK, Ports
from tools.devstack.process import ProcessSpec
from tools.devstack.processes import CODEC_SERVER
from tools.devstack.readiness import listens

KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
SEARCH_ATTRIBUTES = {
    "PurchaseStatus": KEYWORD,
    "PaymentId": KEYWORD,
    "BuyerId": KEYWORD,
    "ProjectId": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}
# Stripe's events can be recovered that long; the development server begins with one day.
RETENTION = timedelta(days=30)

TUNING = {
    # By default each step waits 50 ms: 20 polls a second for the one shard that start-dev has.
    "history.transferProcessorMaxPollRPS": "5000",
    "history.visibilityProcessorMaxPollRPS": "5000",
    "history.timerProcessorMaxPollRPS": "5000",
    # With the default 4 and few pollers a task may lie 2 s in a partition that nobody polls.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
    # A worker runs the next step itself, without asking for it; off by default in the server.
    "system.enableActivityEagerExecution": "true",
}
# Safe against a killed process, at a fraction of the default's disk writes.
PRAGMAS = ("journal_mode=wal", "synchronous=normal")
CONNECT_TIMEOUT_S = 5


def server(program: Path, ports: Ports, data: Path, namespace: str) -> ProcessSpec:
    """The development server: its data in a file, its web UI on, reachable from this machine alone."""
    command = [str(program), "server", "start-dev", "--ip", LOOPBACK, "--ui-ip", LOOPBACK]
    command += ["--port", str(ports["temporal"]), "--ui-port", str(ports["temporal_ui"])]
    command += ["--namespace", namespace, "--db-filename", str(data / "temporal.db"), "--log-level", "error"]
    command += [part for pragma in PRAGMAS for part in ("--sqlite-pragma", pragma)]
    command += [part for key, value in TUNING.items() for part in ("--dynamic-config-value", f"{key}={value}")]
    if CODEC_SERVER.name in ports:
        command += ["--ui-codec-endpoint", f"http://{LOOPBACK}:{ports[CODEC_SERVER.name]}"]
    address = f"{LOOPBACK}:{ports['temporal']}"
    config = {"target_host": address, "namespace": namespace}
    return ProcessSpec(
        name="temporal",
        command=tuple(command),
        ready=lambda: listens(ports["temporal"]) and prepare(config),
        url=f"http://{LOOPBACK}:{ports['temporal_ui']}",
    )


def foreign(environ: Mapping[str, str]) -> Callable[[], bool]:
    """Whether the server that TEMPORAL_* names answers, its namespace prepared."""
    return lambda: prepare(dict(ClientConfig.load_client_connect_config(override_env_vars=dict(environ))))


def prepare(config: Mapping[str, Any]) -> bool:
    """Give the namespace our search attributes and retention; False while the server does not answer."""
    # In a thread of its own, for the caller may have an event loop.
    with ThreadPoolExecutor(1) as thread, suppress(RPCError, RuntimeError, TimeoutError):
        thread.submit(asyncio.run, _prepare(config)).result()
        return True
    return False


async def _prepare(config: Mapping[str, Any]) -> None:
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        client = await Client.connect(**config)
        service = client.workflow_service
        described = await service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
        if described.config.workflow_execution_retention_ttl.ToTimedelta() < RETENTION:
            ttl = Duration()
            ttl.FromTimedelta(RETENTION)
            wanted = NamespaceConfig(workflow_execution_retention_ttl=ttl)
            await service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=wanted))
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
        if missing := {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if name not in known.custom_attributes}:
            request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
            await client.operator_service.add_search_attributes(request)

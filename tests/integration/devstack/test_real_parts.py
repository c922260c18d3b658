"""The real Temporal and RabbitMQ as the devstack runs them."""

import json
from dataclasses import replace
from pathlib import Path

import pika
import psutil
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from tools.devstack import guard
from tools.devstack.options import StackOptions
from tools.devstack.plan import Plan, application
from tools.devstack.ports import LOOPBACK
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack
from tools.devstack.temporal import RETENTION, SEARCH_ATTRIBUTES

QUEUE = "survives"


def infrastructure(options: StackOptions) -> Plan:
    """The application without its own processes."""
    plan = application(options)
    return replace(plan, specs=tuple(spec for spec in plan.specs if spec.name in {"temporal", "rabbitmq"}))


def listening(stack: Stack) -> set[str]:
    """The addresses on which the stack's processes, epmd included, listen."""
    return {
        connection.laddr.ip
        for pid in guard.processes_of(stack_id_of(stack))
        for connection in psutil.Process(pid).net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }


def stack_id_of(stack: Stack) -> str:
    """What all its processes bear."""
    return psutil.Process(stack.processes["rabbitmq"].pid).environ()[guard.VARIABLE]


def kept(stack: Stack) -> bytes:
    """The message that the queue keeps; the broker shows none until it has noted that the last reader left."""

    def look() -> bytes | None:
        with pika.BlockingConnection(pika.URLParameters(stack.description["amqp_url"])) as connection:
            body: bytes | None = connection.channel().basic_get(QUEUE)[2]
            return body

    return Shop.until(look, bool, "the message that was stored") or b""


async def namespace_is_prepared(stack: Stack) -> None:
    """Check retention and search attributes at the server itself."""
    client = await Client.connect(stack.description["temporal"]["address"])
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION
    listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    assert {name: listed.custom_attributes[name] for name in SEARCH_ATTRIBUTES} == SEARCH_ATTRIBUTES


async def test_infrastructure_is_private_and_keeps_its_data(tmp_path: Path) -> None:
    """Loopback only; namespace prepared; a message outlives a stop, new ports and SIGKILL; epmd ends with it."""
    with Stack(StackOptions(tmp_path), infrastructure) as stack:
        stack_id = stack_id_of(stack)
        assert len(list(guard.processes_of(stack_id))) > len(stack.processes), "epmd and Erlang's helpers carry it too"
        assert listening(stack) <= {LOOPBACK, "::1"}
        await namespace_is_prepared(stack)
        with pika.BlockingConnection(pika.URLParameters(stack.description["amqp_url"])) as connection:
            channel = connection.channel()
            channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
            channel.confirm_delivery()
            channel.basic_publish("", QUEUE, b"hello", pika.BasicProperties(delivery_mode=2))
    assert list(guard.processes_of(stack_id)) == []
    with Stack(StackOptions(tmp_path), infrastructure) as stack:
        assert json.loads((tmp_path / "stack.json").read_text()) == stack.description
        assert kept(stack) == b"hello"
        for name in ("rabbitmq", "temporal"):
            stack.kill(name)
            assert [process.spec.name for process in stack.dead()] == [name]
            stack.restart(name)
        assert kept(stack) == b"hello"
        await namespace_is_prepared(stack)

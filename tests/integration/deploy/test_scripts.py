"""The one-shot scripts that compose runs, on real servers."""

import asyncio
import os
import subprocess
from pathlib import Path

import psycopg
import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from tests.integration.postgres import running_postgres
from tools.devstack import temporal
from tools.devstack.options import ROOT
from tools.devstack.setup import temporal_server
from tools.devstack.setup.machine import Machine
from tools.devstack.stack import Stack

REPOSITORY = Path(__file__).parents[3]
NAMESPACE = "made-by-the-script"
SERVICES = ("payments", "projects", "users")


def script(name: str, **environment: str) -> None:
    """Run a script of deploy/; fails with its output."""
    done = subprocess.run(
        ["/bin/sh", REPOSITORY / "deploy" / name],
        env=os.environ | environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_each_service_gets_a_database_that_it_alone_may_use() -> None:
    """A role per service owns its database and cannot enter another's; Temporal's role may create databases."""
    with running_postgres() as server:
        host, port = server.rpartition("@")[2].split(":")
        script("postgresql/databases.sh", POSTGRES_USER="saga", DATABASE_PASSWORD="it's", PGHOST=host, PGPORT=port)

        for service in SERVICES:
            with psycopg.connect(f"postgresql://{service}@{host}:{port}/{service}") as connection:
                connection.execute("CREATE TABLE mine (id int)")
            others = [other for other in SERVICES if other != service]
            for other in others:
                with pytest.raises(psycopg.OperationalError, match="permission denied"):
                    psycopg.connect(f"postgresql://{service}@{host}:{port}/{other}")
        with psycopg.connect(f"postgresql://temporal@{host}:{port}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE temporal")


def test_the_namespace_is_made_and_made_again(stack: Stack) -> None:
    """Retention and search attributes are there, also after a second run."""
    program = temporal_server.find(Machine(ROOT, os.environ, lambda _: None))
    assert program
    address = stack.description["temporal"]["address"]
    environment = {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_NAMESPACE": NAMESPACE,
    }

    for _ in range(2):
        script("temporal/namespace.sh", **environment)

    assert asyncio.run(_namespace(address)) == (temporal.RETENTION, set(temporal.SEARCH_ATTRIBUTES))


async def _namespace(address: str) -> tuple[object, set[str]]:
    client = await Client.connect(address, namespace=NAMESPACE)
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
    aliases = set(described.config.custom_search_attribute_aliases.values())
    return described.config.workflow_execution_retention_ttl.ToTimedelta(), aliases

"""The real parts, started once per run by the devstack itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.stack import Stack, StackOptions
from tests.integration.postgres import PostgresServer, running_server

# 20 s: no test that pays is slow enough to expire, and the one that expires need not wait long.
TTL_S = 20


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Temporal, RabbitMQ, the services, the simulator, the workers and the intake on free ports."""
    data: Path = tmp_path_factory.mktemp("stack")
    options = StackOptions(data=data, environment={"RESERVATION_TTL": str(TTL_S)})
    with Stack(options) as running:
        yield running


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL server that nobody lets crash; whoever wants an empty database makes a new one."""
    with running_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server

"""The real parts, each started for the first test that uses it by the devstack itself, and stopped after the last."""

from collections.abc import Iterator

import pytest

from tests.integration.postgres import PostgresServer, running_server
from tools.devstack.stack import Stack, StackOptions

# 20 s: no test that pays is slow enough to expire, and the one that expires need not wait long.
TTL_S = 20


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Temporal, RabbitMQ, the services, the simulator, the workers and the intake on free ports; nobody breaks them."""
    options = StackOptions(data=tmp_path_factory.mktemp("stack"), environment={"RESERVATION_TTL": str(TTL_S)})
    with Stack(options) as running:
        yield running


@pytest.fixture(scope="session")
def stack(common: Stack) -> Stack:
    """The stack of whoever needs none of its own."""
    return common


@pytest.fixture(scope="session")
def battered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that tests stop and kill parts of, its records whole; the money is captured in a step of its own."""
    options = StackOptions(data=tmp_path_factory.mktemp("battered"), environment={"CAPTURE_MODE": "manual"})
    with Stack(options) as running:
        yield running


@pytest.fixture(scope="session")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack at whose endpoints tests leave purchases open."""
    with Stack(StackOptions(data=tmp_path_factory.mktemp("endpoints"))) as running:
        yield running


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL server that nobody lets crash; whoever wants an empty database makes a new one."""
    with running_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server

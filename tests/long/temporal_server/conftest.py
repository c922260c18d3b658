"""One server and one stack on it, for all of these tests."""

from collections.abc import Iterator

import pytest

from tests.integration.postgres import running_postgres
from tests.long.temporal_server.server import ProductionServer, production_server
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack, StackOptions


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductionServer]:
    """Temporal on a PostgreSQL of its own."""
    folder = tmp_path_factory.mktemp("temporal-server")
    with running_postgres() as database, production_server(folder, database) as running:
        yield running


@pytest.fixture(scope="package")
def secured(server: ProductionServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The application on that server, told of it by Temporal's standard variables alone."""
    data = tmp_path_factory.mktemp("secured-stack")
    with Stack(StackOptions(data=data, environment=server.client_environment)) as running:
        yield running


@pytest.fixture
def shop(secured: Stack) -> Iterator[Shop]:
    """A buyer at that application."""
    with Shop(secured.description) as buyer:
        yield buyer

"""The Users service as a process, on SQLite and PostgreSQL in turn."""

from collections.abc import Iterator

import pytest

from tests.integration.postgres import STORES, empty_database
from tests.integration.service_process import ServiceProcess, running_service, wait_until


@pytest.fixture(scope="package", params=STORES)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of each kind."""
    return empty_database(request, tmp_path_factory.mktemp("users") / "users.db")


@pytest.fixture(scope="package")
def users(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """The running service."""
    log = tmp_path_factory.mktemp("logs") / "users.log"
    with running_service("users", log, USERS_DATABASE_URL=database_url) as service:
        wait_until("Users is ready", service.ready)
        yield service

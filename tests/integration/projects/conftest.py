"""Two processes of the Projects service on one database, SQLite and PostgreSQL in turn."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from lib.database.database import connect
from tests.integration.postgres import STORES, empty_database
from tests.integration.service_process import ServiceProcess, running_service, wait_until


@pytest.fixture(scope="package", params=STORES)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of each kind."""
    return empty_database(request, tmp_path_factory.mktemp("projects") / "projects.db")


@pytest.fixture(scope="package")
def processes(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[ServiceProcess]]:
    """Two processes that start at the same moment on one empty database."""
    logs: Path = tmp_path_factory.mktemp("logs")
    with ExitStack() as stack:
        started = [
            stack.enter_context(running_service("projects", logs / f"{n}.log", PROJECTS_DATABASE_URL=database_url))
            for n in range(2)
        ]
        for process in started:
            wait_until("Projects is ready", process.ready)
        yield started


@pytest.fixture
def services(database_url: str, processes: list[ServiceProcess]) -> list[ServiceProcess]:
    """The two processes with nothing reserved yet: starting new ones for each test takes longer than the test."""
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM reservations"))
        connection.execute(text("UPDATE milestones SET held_kg = 0, sold_kg = 0"))
    engine.dispose()
    return processes

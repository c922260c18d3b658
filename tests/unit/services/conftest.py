"""A migrated database of the service whose folder the test lies in."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from lib.database.migrations import migrate


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A fresh database of a service that tests copy: migrating takes longer than a test."""

    @cache
    def of(service: str) -> Path:
        path = tmp_path_factory.mktemp(service) / "migrated.db"
        migrate(f"services.{service}", f"sqlite:///{path}")
        return path

    return of


@pytest.fixture
def database_url(request: pytest.FixtureRequest, migrated: Callable[[str], Path], tmp_path: Path) -> str:
    """The test's own fresh database."""
    service = request.path.parent.name
    return f"sqlite:///{shutil.copy(migrated(service), tmp_path / f'{service}.db')}"

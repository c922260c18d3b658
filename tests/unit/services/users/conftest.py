"""A migrated Users service per test."""

import shutil
from pathlib import Path

import pytest

from lib.database.migrations import migrate
from services.users import create_app
from services.users.settings import UsersSettings
from tests.unit.service_api import ServiceApi


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh database that tests copy: migrating takes longer than a test."""
    path = tmp_path_factory.mktemp("users") / "migrated.db"
    migrate("services.users", f"sqlite:///{path}")
    return path


@pytest.fixture
def database_url(migrated: Path, tmp_path: Path) -> str:
    """The test's own fresh database."""
    return f"sqlite:///{shutil.copy(migrated, tmp_path / 'users.db')}"


@pytest.fixture
def api(database_url: str) -> ServiceApi:
    """The service on its fresh database."""
    return ServiceApi(create_app(UsersSettings(_env_file=None, users_database_url=database_url)))

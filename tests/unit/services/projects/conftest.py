"""A migrated Projects service per test."""

import shutil
from pathlib import Path

import pytest

from lib.database.migrations import migrate
from services.projects import create_app
from services.projects.settings import ProjectsSettings
from tests.unit.service_api import ServiceApi


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh database that tests copy: migrating takes longer than a test."""
    path = tmp_path_factory.mktemp("projects") / "migrated.db"
    migrate("services.projects", f"sqlite:///{path}")
    return path


@pytest.fixture
def database_url(migrated: Path, tmp_path: Path) -> str:
    """The test's own fresh database."""
    return f"sqlite:///{shutil.copy(migrated, tmp_path / 'projects.db')}"


@pytest.fixture
def api(database_url: str) -> ServiceApi:
    """The service on its fresh database."""
    return ServiceApi(create_app(ProjectsSettings(_env_file=None, projects_database_url=database_url)))

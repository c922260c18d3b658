"""A migrated Projects service per test."""

import pytest

from services.projects import create_app
from services.projects.settings import ProjectsSettings
from tests.unit.service_api import ServiceApi


@pytest.fixture
def api(database_url: str) -> ServiceApi:
    """The service on its fresh database."""
    return ServiceApi(create_app(ProjectsSettings(_env_file=None, projects_database_url=database_url)))

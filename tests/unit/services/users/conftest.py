"""A migrated Users service per test."""

import pytest

from services.users import create_app
from services.users.settings import UsersSettings
from tests.unit.service_api import ServiceApi


@pytest.fixture
def api(database_url: str) -> ServiceApi:
    """The service on its fresh database."""
    return ServiceApi(create_app(UsersSettings(_env_file=None, users_database_url=database_url)))

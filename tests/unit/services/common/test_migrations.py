"""The migrations of each service make what its models say."""

from pathlib import Path

import pytest

from lib.database.migrations import migrate
from tests.unit.service_api import schema_differences


@pytest.mark.parametrize("service", ["payments", "projects", "users", "notifier"])
def test_migrations_make_the_models_schema(service: str, tmp_path: Path) -> None:
    """A migrated database has exactly the models' tables."""
    url = f"sqlite:///{tmp_path / 'new.db'}"
    migrate(f"services.{service}", url)
    schema_differences(f"services.{service}", url)

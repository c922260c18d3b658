"""The migrations of each service, and of the stand-in for Stripe, make what its models say."""

from pathlib import Path

import pytest

from lib.database.migrations import migrate
from tests.unit.service_api import schema_differences

PACKAGES = [f"services.{name}" for name in ("payments", "projects", "users", "notifier")]


@pytest.mark.parametrize("package", [*PACKAGES, "simulators.stripe"])
def test_migrations_make_the_models_schema(package: str, tmp_path: Path) -> None:
    """A migrated database has exactly the models' tables."""
    url = f"sqlite:///{tmp_path / 'new.db'}"
    migrate(package, url)
    schema_differences(package, url)

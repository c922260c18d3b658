"""An empty database of each kind, and a service's migrations with some that are still to come."""

import shutil
from pathlib import Path

import pytest

from tests.integration.postgres import STORES, PostgresServer
from tests.integration.service_process import REPOSITORY

MIGRATION = '''"""{about}"""

from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    for statement in {statements!r}:
        op.execute(statement)
'''


@pytest.fixture(params=STORES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


class Release:
    """The migrations of a service as a later release will have them."""

    def __init__(self, folder: Path, service: str) -> None:
        self.scripts = folder / service / "migrations"
        shutil.copytree(REPOSITORY / "services" / service / "migrations", self.scripts)

    @property
    def head(self) -> str:
        """The newest revision; they are numbered."""
        return max(path.name[:4] for path in (self.scripts / "versions").glob("*.py"))

    def add(self, *statements: str) -> str:
        """One migration more, which carries out the statements; its revision."""
        revision = f"{int(self.head) + 1:04d}"
        text = MIGRATION.format(about="To come.", revision=revision, before=self.head, statements=statements)
        (self.scripts / "versions" / f"{revision}_to_come.py").write_text(text)
        return revision


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """Payments' next release."""
    return Release(tmp_path / "next", "payments")

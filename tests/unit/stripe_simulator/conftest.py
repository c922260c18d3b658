"""The simulator on a database of its own, with an endpoint that is only a function."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.common.database import connect
from services.common.migrations import migrate
from services.stripe_simulator.settings import SimulatorSettings
from services.stripe_simulator.store import Store
from tests.unit.stripe_simulator.simulator import Simulator


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh database that tests copy: migrating takes longer than a test."""
    path = tmp_path_factory.mktemp("stripe_simulator") / "migrated.db"
    migrate("stripe_simulator", f"sqlite:///{path}")
    return path


@pytest.fixture
def simulator(migrated: Path, tmp_path: Path) -> Iterator[Simulator]:
    """A simulator without events or payments."""
    url = f"sqlite:///{shutil.copy(migrated, tmp_path / 'stripe_simulator.db')}"
    engine = connect(url)
    yield Simulator(SimulatorSettings(_env_file=None, stripe_simulator_database_url=url), Store(engine))
    engine.dispose()

"""The simulator on a database of its own, with an endpoint that is only a function."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.database.database import connect
from lib.database.migrations import migrate
from simulators.stripe.settings import SimulatorSettings
from simulators.stripe.store import Store
from tests.unit.simulators.stripe.simulator import Simulator


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh database that tests copy: migrating takes longer than a test."""
    path = tmp_path_factory.mktemp("stripe_simulator") / "migrated.db"
    migrate("simulators.stripe", f"sqlite:///{path}")
    return path


@pytest.fixture
def simulator(migrated: Path, tmp_path: Path) -> Iterator[Simulator]:
    """A simulator without events or payments."""
    url = f"sqlite:///{shutil.copy(migrated, tmp_path / 'stripe_simulator.db')}"
    engine = connect(url)
    yield Simulator(SimulatorSettings(_env_file=None, stripe_simulator_database_url=url), Store(engine))
    engine.dispose()

"""One engine and one project for all of these tests, which follow its life from the first start to the last."""

import os
from collections.abc import Iterator

import pytest

from tests.compose import stand_ins
from tests.compose.composed import UP, Composed
from tests.compose.docker import DockerEngine, running_engine, say
from tools.devstack.options import ROOT
from tools.devstack.setup.machine import Machine


@pytest.fixture(scope="session")
def engine() -> Iterator[DockerEngine]:
    """An engine with every image that our files name, but ours."""
    machine = Machine(ROOT, dict(os.environ), say)
    with running_engine(machine) as running:
        stand_ins.provide(machine, running)
        yield running


@pytest.fixture(scope="session")
def composed(engine: DockerEngine) -> Composed:
    """The project, started as the README says on a machine that has no image of ours."""
    project = Composed(engine)
    project.do("Building the image", "build")
    # What building took is known; the first start has to do it by itself, from the layers that are kept.
    engine.output("docker", "rmi", "buy-projects:2.0.0")
    project.do("First start", *UP)
    return project

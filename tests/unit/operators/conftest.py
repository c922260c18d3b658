"""The command line on a fake Temporal."""

import sys
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from app.commands import purchases_commands
from tests.unit.operators.fake_engine import FakeEngine

Command = Callable[..., Result]


@pytest.fixture
def engine() -> FakeEngine:
    """A Temporal that knows nothing yet."""
    return FakeEngine()


@pytest.fixture
def purchases(engine: FakeEngine) -> Command:
    """`flask purchases …`."""
    commands = purchases_commands(lambda: engine, leave=sys.exit)
    return lambda *arguments: CliRunner().invoke(commands, list(arguments))

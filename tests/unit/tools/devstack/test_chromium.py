"""How the browser of the page's tests comes onto the machine."""

import pytest

from tests.unit.tools.devstack.conftest import FakeMachine
from tools.devstack.setup import chromium
from tools.devstack.setup.machine import SetupError

NEW = "echo 'Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)'"
OLD = "echo 'Chromium 90.0.4430.212 built on Debian 10.9'"


@pytest.mark.parametrize("name", chromium.NAMES)
def test_a_browser_on_path_is_taken(fake: FakeMachine, name: str) -> None:
    """Under each of the names that systems give it, and nothing is installed."""
    program = fake.program(fake.bin / name, NEW)
    chromium.provide(fake.machine())
    assert chromium.find(fake.machine()) == program


@pytest.mark.parametrize(("script", "known"), [(OLD, "90"), ("exit 1", "unknown")])
def test_a_browser_that_is_too_old_is_refused(fake: FakeMachine, script: str, known: str) -> None:
    """It would not run the page."""
    fake.program(fake.bin / "chromium", script)
    with pytest.raises(SetupError, match=rf"Chromium 100 or newer is needed, found: {known}"):
        chromium.provide(fake.machine())

"""How the set-up runs commands."""

import pytest

from tests.unit.tools.devstack.conftest import FakeMachine
from tools.devstack.setup.machine import Patience, SetupError, version_in


def test_a_failed_command_tells_its_last_lines_and_the_hint(fake: FakeMachine) -> None:
    """The error is enough to act on; the whole output is in a log."""
    with pytest.raises(SetupError) as caught:
        fake.machine().run("Doing It", ["/bin/sh", "-c", "echo first; echo last; exit 3"], hint="Do that.")
    log = fake.folder / ".cache" / "log" / "doing-it.log"
    assert str(caught.value) == f"Doing It failed after 0 s:\nfirst\nlast\n(all of it: {log})\nDo that."


def test_a_command_that_hangs_is_ended(fake: FakeMachine) -> None:
    """Nothing has grown for as long as the patience lasts: the command fails, its children with it."""
    patience = Patience(fake.folder / "download", 0.3)
    with pytest.raises(SetupError, match="Wait no longer"):
        fake.machine().run("Hanging", ["/bin/sh", "-c", "sleep 60"], patience=patience, hint="Wait no longer.")


def test_a_version_is_read_as_numbers() -> None:
    """1.10 is newer than 1.9, and no answer is no version."""
    pattern = r"go(\d+(?:\.\d+)+)"
    assert (version_in("go version go1.10 linux", pattern) or ()) > (version_in("go1.9.2", pattern) or ())
    assert version_in(None, pattern) is None

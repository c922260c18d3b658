"""How the set-up runs commands, and how it makes the virtual environment."""

import subprocess
from pathlib import Path

import pytest

from devstack.setup import python_env
from devstack.setup.machine import Patience, SetupError, version_in
from tests.unit.devstack.conftest import FakeMachine

ROOT = Path(__file__).parents[3]


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


def pip_stand_in(fake: FakeMachine) -> None:
    """A virtual environment whose pip notes that it was called, and fails while a file says so."""
    (fake.folder / "requirements.txt").write_text("flask==3\n")
    script = f"""[ "$3" = --version ] && exit 0
echo "$*" >> {fake.folder}/calls
[ ! -e {fake.folder}/fails ]"""
    fake.program(fake.folder / ".venv" / "bin" / "python", script)


def calls(fake: FakeMachine) -> int:
    """How often packages were installed."""
    path = fake.folder / "calls"
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_packages_are_installed_once_by_hash(fake: FakeMachine) -> None:
    """A second run does nothing; changed requirements are installed again."""
    pip_stand_in(fake)
    python_env.provide(fake.machine())
    python_env.provide(fake.machine())
    assert calls(fake) == 1
    assert "--require-hashes" in (fake.folder / "calls").read_text()
    (fake.folder / "requirements.txt").write_text("flask==4\n")
    python_env.provide(fake.machine())
    assert calls(fake) == 2


def test_an_interrupted_installation_is_repeated(fake: FakeMachine) -> None:
    """The stamp is written last: after a failure the next run installs again."""
    pip_stand_in(fake)
    (fake.folder / "fails").touch()
    with pytest.raises(SetupError, match="run the same command again"):
        python_env.provide(fake.machine())
    (fake.folder / "fails").unlink()
    python_env.provide(fake.machine())
    assert calls(fake) == 2


def test_make_lists_its_targets() -> None:
    """`make` alone changes nothing and names every target."""
    shown = subprocess.run(["/usr/bin/make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = [line.split()[1] for line in shown.splitlines()]
    phony = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY:"))
    assert targets == phony.split()[1:]
    assert {"help", "setup", "demo", "up", "restart", "test", "check", "clean"} <= set(targets)

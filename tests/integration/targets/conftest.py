"""A copy of the repository, and the stack that `make up` runs in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.devstack.options import ROOT
from tools.devstack.process import ProcessSpec, running

# Five minutes: the slowest here starts a stack and tells a story in half a minute; a test machine may be busier.
LIMIT_S = 300.0
# Long enough to pay a purchase, short enough to see one expire.
TTL_S = 10
# What is no part of a fresh clone; of it the copy has what set-up brings.
NOT_COPIED = (
    ".git",
    ".venv",
    ".cache",
    ".run",
    ".env",
    "build",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    ".coverage*",
)
BROUGHT = (".venv", ".cache")
# The copy's packages are the repository's: a set-up of the copy would make them anew, beneath the running tests.
SET_UP = "SETUP=true"


@dataclass(frozen=True)
class Copy:
    """The repository's copy, where a person types `make`."""

    folder: Path

    def command(self, target: str, *variables: str) -> tuple[str, ...]:
        """A target with its variables."""
        return ("make", target, SET_UP, f"PYTHON={sys.executable}", *variables)

    def make(self, target: str, *variables: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            self.command(target, *variables),
            cwd=self.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    def made(self, target: str, *variables: str) -> str:
        """What it has printed; fails, with all of it, where it did not end well."""
        done = self.make(target, *variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def environment() -> Mapping[str, str]:
    """A person's, not that of whoever runs these tests with make."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "COV_"))}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A clone that is set up."""
    folder = tmp_path_factory.mktemp("clone") / "buy-projects"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
    for name in BROUGHT:
        (folder / name).symlink_to(ROOT / name)
    author = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    commit = (*author, "commit", "--quiet", "--no-gpg-sign", "--message", "all")
    for git in (("init", "--quiet"), ("add", "--", ".", *(f":!{name}" for name in BROUGHT)), commit):
        subprocess.run(["git", *git], cwd=folder, check=True)  # noqa: S607 - the user's git
    return Copy(folder)


@pytest.fixture(scope="module")
def up(copy: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`make up`, ready; its folder of data."""
    data = copy.folder / ".run"
    spec = ProcessSpec(
        "make up",
        copy.command("up", "ARGS=--ports auto"),
        ready=(data / "stack.json").exists,
        ready_limit_s=LIMIT_S,
        # A stack stops within 15 s, and make waits for it.
        stop_limit_s=30,
    )
    told = {**environment(), "RESERVATION_TTL": str(TTL_S)}
    with running(spec, told, tmp_path_factory.mktemp("up") / "log", copy.folder):
        yield data

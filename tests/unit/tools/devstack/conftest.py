"""A machine of fake programs: nothing of the real one is found on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tools.devstack.setup.machine import Machine

NEW_SERVER = "echo 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)'"
OLD_SERVER = "echo 'temporal version 0.11.0 (Server 1.22.0, UI 2.21.3)'"


@dataclass
class FakeMachine:
    """A folder for the repository, one for programs, and what the set-up has said."""

    folder: Path
    said: list[str] = field(default_factory=list)

    @property
    def bin(self) -> Path:
        """The only folder on its PATH."""
        return self.folder / "bin"

    def program(self, path: Path, script: str) -> Path:
        """A program that runs a shell script."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def machine(self, *, is_root: bool = False, **env: str) -> Machine:
        """The machine as a step sees it."""
        return Machine(self.folder, {"PATH": str(self.bin), **env}, self.said.append, is_root=is_root, sbin=())


@pytest.fixture
def fake(tmp_path: Path) -> FakeMachine:
    """A machine with no program at all."""
    (tmp_path / "bin").mkdir()
    return FakeMachine(tmp_path)


@pytest.fixture
def downloads(fake: FakeMachine) -> Callable[[str], None]:
    """Let the SDK's download do what a shell script does; its last argument is the folder."""

    def stand_in(script: str) -> None:
        fake.program(fake.folder / ".venv" / "bin" / "python", script)

    return stand_in

"""A helper process that dies ends the command that has started it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.devstack.conftest import ROOT
from tools.devstack.patience import PATIENCE_S


@pytest.mark.parametrize(("lives_s", "when"), [("0", " while it was starting"), ("0.5", "")])
def test_a_command_ends_with_its_dead_helpers_last_lines(tmp_path: Path, lives_s: str, when: str) -> None:
    """At its start and in the middle, whatever the command waits for: exit code 1, and why."""
    command = [sys.executable, "-m", "tests.integration.devstack.short_lived", str(tmp_path / "log"), lives_s]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    assert ended.returncode == 1
    assert f"helper ended with exit code 1{when}:\n  began\n" in ended.stderr
    assert ended.stderr.endswith("  a reason\n")

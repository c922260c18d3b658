"""Stacks of tiny processes, in a process of their own as a person's terminal has them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tools.devstack import guard
from tools.devstack.patience import PATIENCE_S

ROOT = Path(__file__).parents[3]


def until(what: str, holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not come true"
        time.sleep(0.02)


@dataclass
class RunningStack:
    """A fake stack in the foreground of nobody's terminal."""

    data: Path
    process: subprocess.Popen[str]
    stack_id: str = ""

    def description(self) -> dict[str, Any]:
        """What stack.json says."""
        return dict(json.loads((self.data / "stack.json").read_text()))

    def pid(self, name: str) -> int:
        """A process's id."""
        return int(self.description()["processes"][name]["pid"])

    def wait_until_ready(self) -> None:
        """Wait for stack.json, and learn the stack's mark."""
        until("the stack is ready", lambda: (self.data / "stack.json").exists() or self.process.poll() is not None)
        environ = Path(f"/proc/{self.pid('back')}/environ").read_text()
        self.stack_id = next(part for part in environ.split("\0") if part.startswith(guard.VARIABLE)).partition("=")[2]

    def end(self) -> tuple[int, str]:
        """Its exit code and all that it printed."""
        out, _ = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out

    def left(self) -> list[int]:
        """Its processes, children's children included, that still live."""
        return list(guard.processes_of(self.stack_id))


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., RunningStack]]:
    """Start fake stacks; those that the test leaves running are killed, which their guards see."""
    started: list[RunningStack] = []

    def start(*arguments: str) -> RunningStack:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.devstack.fake_stack", str(tmp_path), *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        started.append(RunningStack(tmp_path, process))
        return started[-1]

    yield start
    for running in started:
        with suppress(ProcessLookupError):
            running.process.send_signal(signal.SIGKILL)
        running.process.communicate()

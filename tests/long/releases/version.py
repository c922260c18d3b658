"""A version of the code beside the stack's own: a copy of the work tree with a change in it, and its three workers."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.histories.changed import PACKAGES, ROOT, Edit, change
from tools.devstack.patience import PATIENCE_S
from tools.devstack.process import Process, ProcessSpec
from tools.devstack.processes import WORKERS
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack


class RunningVersion:
    """Use it as a context manager: its workers poll while it lasts."""

    def __init__(self, stack: Stack, build_id: str, folder: Path, edits: Sequence[Edit] = ()) -> None:
        self.build_id = build_id
        self._folder = folder
        _copy(folder, edits)
        # What the stack's own workers are told, but for what tells them apart.
        told = psutil.Process(stack.processes["start_payment_worker"].pid).environ()
        self._environ = told | {"WORKER_BUILD_ID": build_id, "METRICS_ADDRESS": ""}
        self._workers: list[Process] = []

    def __enter__(self) -> Self:
        """Start the workers; whoever needs them all there waits for them by a command of the release."""
        for worker in WORKERS:
            # By the other name of the same: a stack starts its own as the table of processes has it.
            command = (sys.executable, "-m", f"workers.{worker.command[-1]}")
            alive = {"ALIVE_FILE": str(self._alive_file(worker.name))}
            spec = ProcessSpec(name=worker.name, command=command, ready_line=worker.ready_line, env=alive)
            log = self._folder / f"{worker.name}.log"
            self._workers.append(Process(spec, self._folder, self._environ, log, lambda _name, _line: None))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop the workers."""
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.wait()

    def wait_until_alive(self) -> None:
        """Wait until each of its workers shows the file by which a platform sees that it is ready."""
        files = [self._alive_file(worker.name) for worker in WORKERS]
        there = lambda: [file.name for file in files if file.exists()]  # noqa: E731
        Shop.until(there, lambda names: len(names) == len(files), f"workers of version {self.build_id}", PATIENCE_S)

    def _alive_file(self, name: str) -> Path:
        return self._folder / f"{name}.alive"

    def release(self, *arguments: str) -> str:
        """`python -m workers.release` from this version; what it said. Raises where it was not done."""
        command = [sys.executable, "-m", "workers.release", *arguments]
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def wait_until_stuck(self, words: str) -> None:
        """Wait until one of its workers has logged that."""
        logs = lambda: "".join(path.read_text() for path in self._folder.glob("*.log"))  # noqa: E731
        Shop.until(logs, lambda text: words in text, f"{words!r} in the logs of version {self.build_id}", PATIENCE_S)


def _copy(folder: Path, edits: Sequence[Edit]) -> None:
    """All that the workers need: their sagas as a changed copy, the rest as it is."""
    change(folder, *edits)
    for path in ROOT.iterdir():
        if path.name not in {*PACKAGES, ".env"}:
            (folder / path.name).symlink_to(path)

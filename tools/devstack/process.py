"""One process, of a stack or beside one: what it is, and its life from start to end."""

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from logging import LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

from tools.devstack.errors import StackError
from tools.devstack.options import ROOT
from tools.devstack.patience import PATIENCE_S

TAIL_LINES = 20
# Two files of 10 MB a process: days of development, and a disk that never fills.
LOG_BYTES_MAX = 10_000_000
# A line longer than this is cut in two, so that memory has a limit.
LINE_BYTES_MAX = 64 * 1024
# How often a process that starts is asked whether it is ready; one that is not may log each question.
POLL_S = 0.2


@dataclass(frozen=True)
class ProcessSpec:
    """A process as the stack's table has it."""

    name: str
    command: tuple[str, ...]
    # Asked again and again, quickly, until it is true.
    ready: Callable[[], bool] = lambda: True
    # It is not ready before it has printed this very line.
    ready_line: str | None = None
    url: str | None = None
    # Where it tells Prometheus what it counts.
    metrics_url: str | None = None
    # Those that must be ready before, and that are stopped after.
    after: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    ready_limit_s: float = PATIENCE_S
    # What it gets between SIGTERM and SIGKILL.
    stop_limit_s: float = 3.0


class Process:
    """A running process; its output goes to a log, line by line, and to `tell`."""

    def __init__(
        self, spec: ProcessSpec, folder: Path, environ: Mapping[str, str], log: Path, tell: Callable[[str, str], None]
    ) -> None:
        self.spec = spec
        self.started_at = time.monotonic()
        self.stop_by: float | None = None
        self._was_ready = self._is_ended = False
        self._path = log
        self._tell = tell
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._line_seen = spec.ready_line is None
        self._log = RotatingFileHandler(log, maxBytes=LOG_BYTES_MAX, backupCount=1, encoding="utf-8")
        self._popen = subprocess.Popen(  # noqa: S603 - our own table of commands
            spec.command,
            cwd=folder,
            env={**environ, **spec.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # The terminal's Ctrl-C is for the stack, which stops its processes in order.
            start_new_session=True,
        )
        self._pump = threading.Thread(target=self._read, name=f"log of {spec.name}", daemon=True)
        self._pump.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._popen.pid

    @property
    def code(self) -> int | None:
        """Its exit code; None while it lives."""
        return self._popen.poll()

    def tail(self) -> str:
        """Its last lines."""
        if self.code is not None:
            # A grandchild may still hold the pipe: the last lines come at once or not at all.
            self._pump.join(timeout=1)
        return "\n".join(f"  {line}" for line in list(self._tail)) or "  (it said nothing)"

    def is_ready(self) -> bool:
        """Whether it does its work. Raises StackError, with its last lines, once it cannot become so any more."""
        name = self.spec.name
        if self.code is not None:
            raise StackError(f"{name} ended with exit code {self.code} while it was starting:\n{self.tail()}")
        if time.monotonic() - self.started_at > self.spec.ready_limit_s:
            limit = f"{self.spec.ready_limit_s:g} s"
            raise StackError(f"{name} was not ready after {limit} (all of it: {self._path}):\n{self.tail()}")
        self._was_ready = self._was_ready or (self._line_seen and self.spec.ready())
        return self._was_ready

    def fault(self) -> str | None:
        """How it has ended by itself, with its last lines; None where it lives, was ended, or was never ready."""
        if self.code is None or self._is_ended or not self._was_ready:
            return None
        return f"{self.spec.name} ended with exit code {self.code}:\n{self.tail()}"

    def terminate(self) -> None:
        """Ask it to stop, and note until when."""
        self._is_ended = True
        self.stop_by = time.monotonic() + self.spec.stop_limit_s
        # Not by the process id: that of a process long dead may be another's by now.
        self._popen.terminate()

    def kill(self) -> None:
        """End it and what it has started in its session, at once."""
        self._is_ended = True
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Wait for its end, which has been ordered; leaves nothing of its session."""
        limit = max(0.0, (self.stop_by or 0.0) - time.monotonic())
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=limit)
        self.kill()
        return self._popen.wait()

    def _read(self) -> None:
        assert self._popen.stdout is not None
        with self._popen.stdout as out:
            while raw := out.readline(LINE_BYTES_MAX):
                line = raw.decode(errors="replace").rstrip()
                self._tail.append(line)
                self._line_seen = self._line_seen or line == self.spec.ready_line
                self._log.emit(LogRecord("", 0, "", 0, line, None, None))
                self._tell(self.spec.name, line)
        self._log.close()


def started(spec: ProcessSpec, environ: Mapping[str, str], log: Path, folder: Path = ROOT) -> Process:
    """A process beside a stack, ready. Raises StackError, with its last lines and nothing left, where it cannot be."""
    process = Process(spec, folder, environ, log, lambda _name, _line: None)
    try:
        while not process.is_ready():
            time.sleep(POLL_S)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return process


@contextmanager
def running(spec: ProcessSpec, environ: Mapping[str, str], log: Path, folder: Path = ROOT) -> Iterator[Process]:
    """A process beside a stack, from ready to stopped; whoever uses it learns from its last lines that it has died."""
    process = started(spec, environ, log, folder)
    try:
        yield process
    except BaseException as error:
        if fault := process.fault():
            error.add_note(fault)
        raise
    else:
        if fault := process.fault():
            raise StackError(fault)
    finally:
        process.terminate()
        process.wait()

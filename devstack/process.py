"""One process of a stack: what it is, and its life from start to end."""

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from logging import LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

from devstack.patience import PATIENCE_S

TAIL_LINES = 20
# Two files of 10 MB a process: days of development, and a disk that never fills.
LOG_BYTES_MAX = 10_000_000
# A line longer than this is cut in two, so that memory has a limit.
LINE_BYTES_MAX = 64 * 1024


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
        """Whether it does its work."""
        return self._line_seen and self.spec.ready()

    def terminate(self) -> None:
        """Ask it to stop, and note until when."""
        self.stop_by = time.monotonic() + self.spec.stop_limit_s
        # Not by the process id: that of a process long dead may be another's by now.
        self._popen.terminate()

    def kill(self) -> None:
        """End it and what it has started in its session, at once."""
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

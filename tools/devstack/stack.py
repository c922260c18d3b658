"""A stack: starts its processes in order, tells about them, stops them in reverse order."""

import subprocess
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from tools.devstack import description, guard
from tools.devstack.control import SOCKET
from tools.devstack.errors import StackError
from tools.devstack.lock import lock_data
from tools.devstack.options import ROOT, StackOptions
from tools.devstack.plan import Plan, application
from tools.devstack.printer import Printer
from tools.devstack.process import POLL_S, Process, ProcessSpec

__all__ = ["Stack", "StackError", "StackOptions"]

# How often a process that stops is looked at.
STOP_POLL_S = 0.01
# A foreign server is there or it is not.
BEFORE_LIMIT_S = 20.0
# The guard's sweep and some seconds more.
GUARD_LIMIT_S = guard.SWEEP_LIMIT_S + 5


class Stack:
    """`with Stack(options) as stack:` runs the whole application; `stack.description` tells how to use it.

    Should whoever runs it be killed, its guard ends every process that it has started.
    """

    def __init__(self, options: StackOptions | None = None, plan: Callable[[StackOptions], Plan] = application) -> None:
        self._options = options or StackOptions()
        self.data = self._options.folder
        self.processes: dict[str, Process] = {}
        self.printer = Printer(echo=self._options.echo)
        self.stopping = False
        self._make_plan = plan
        self._plan: Plan | None = None
        self._specs: dict[str, ProcessSpec] = {}
        self._environ: dict[str, str] = {}
        self._lock: TextIO | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        # Several threads may restart processes, each its own.
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._writing = threading.Lock()

    def __enter__(self) -> Self:
        """Start, or raise StackError with nothing left running."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop."""
        self.stop()

    @property
    def description(self) -> dict[str, Any]:
        """What `stack.json` says."""
        assert self._plan is not None, "the stack has not been started"
        specs = ((process.spec, process.pid) for process in self.processes.values())
        return description.with_processes(self._plan.facts, specs)

    @property
    def _file(self) -> Path:
        return self.data / "stack.json"

    def log(self, name: str) -> Path:
        """Where a process's output is kept."""
        return self.data / "logs" / f"{name}.log"

    def start(self) -> None:
        """Start everything and wait until it is ready. Raises StackError with nothing left running."""
        try:
            self._prepare()
            self._start_all()
            self._write()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything, each process before those that it needs; leaves none, not even a grandchild."""
        self.stopping = True
        if self._lock is not None:
            self._file.unlink(missing_ok=True)
        needed = {name: [n for n, spec in self._specs.items() if name in spec.after] for name in self._specs}
        alive = dict(self.processes)
        while alive:
            free = [name for name in reversed(alive) if not any(user in alive for user in needed[name])]
            for name in free:
                if alive[name].stop_by is None:
                    alive[name].terminate()
            for name in free:
                if alive[name].code is not None or time.monotonic() > (alive[name].stop_by or 0.0):
                    alive.pop(name).wait()
            time.sleep(STOP_POLL_S)
        self.processes.clear()
        self._release()

    def kill_at_once(self) -> None:
        """End every process without asking; `stop` does the rest."""
        for process in list(self.processes.values()):
            process.kill()

    def kill(self, name: str) -> None:
        """Let a process crash (SIGKILL), and wait until it is gone."""
        process = self._process(name)
        process.kill()
        process.wait()

    def restart(self, name: str) -> None:
        """Stop a process if it lives, start it again, and wait until it is ready; any thread may ask.

        Raises StackError when it does not become ready; it may live nevertheless, and wait for what it needs.
        """
        with self._turns[name]:
            self._start_again(self._process(name))

    def tell(self, **environment: str | None) -> dict[str, str | None]:
        """Tell other settings (None: none) to every process that is started from now on; what was told before."""
        before = {name: self._environ.get(name) for name in environment}
        told = {**self._environ, **environment}
        self._environ = {name: value for name, value in told.items() if value is not None}
        return before

    def revive(self, died: Process) -> None:
        """Restart a process that has died, unless somebody has done so since."""
        name = died.spec.name
        with self._turns[name]:
            if self.processes[name] is died:
                self._start_again(died)

    def dead(self) -> list[Process]:
        """The processes that have ended by themselves, not because somebody restarts them."""
        return [process for process in self.processes.values() if process.code is not None and process.stop_by is None]

    def fault(self) -> str | None:
        """How a process that did its work has ended though nobody has ended it, with its last lines; else None."""
        return next(filter(None, (process.fault() for process in list(self.processes.values()))), None)

    def _start_again(self, process: Process) -> None:
        process.terminate()
        process.wait()
        if self.stopping:
            raise StackError("The stack is stopping.")
        self._launch(process.spec)
        self._write()
        while not self.processes[process.spec.name].is_ready():
            time.sleep(POLL_S)

    def _process(self, name: str) -> Process:
        if name not in self.processes:
            raise StackError(f"There is no process {name!r}; there are {', '.join(self._specs)}.")
        return self.processes[name]

    def _prepare(self) -> None:
        (self.data / "logs").mkdir(parents=True, exist_ok=True)
        self._lock = lock_data(self.data)
        if self._lock is None:
            raise StackError(
                f"A stack runs on {self.data} already (or is just stopping): stop it, or use another --data."
            )
        # Left where even the guard was killed: it tells of processes that are no more.
        self._file.unlink(missing_ok=True)
        stack_id = uuid.uuid4().hex
        # It keeps the data locked until the last process is gone, whatever becomes of us.
        self._guard = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tools.devstack.guard", stack_id, str(self._file), str(self.data / SOCKET)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=[self._lock.fileno()],
        )
        self._plan = self._make_plan(self._options)
        self._specs = {spec.name: spec for spec in self._plan.specs}
        self._environ = {**self._plan.environ, guard.VARIABLE: stack_id}

    def _start_all(self) -> None:
        assert self._plan is not None
        deadline = time.monotonic() + BEFORE_LIMIT_S
        while not self._plan.before():
            if time.monotonic() > deadline:
                raise StackError("The Temporal server that TEMPORAL_ADDRESS names does not answer.")
            time.sleep(POLL_S)
        started_at = time.monotonic()
        waiting = list(self._plan.specs)
        ready: set[str] = set()
        while len(ready) < len(self._specs):
            for spec in [spec for spec in waiting if ready.issuperset(spec.after)]:
                waiting.remove(spec)
                self._launch(spec)
            for name, process in self.processes.items():
                if name not in ready and process.is_ready():
                    ready.add(name)
                    self.printer.say(f"{name} is ready ({time.monotonic() - started_at:.1f} s)")
            time.sleep(POLL_S)

    def _launch(self, spec: ProcessSpec) -> None:
        self.processes[spec.name] = Process(spec, ROOT, self._environ, self.log(spec.name), self.printer.line)

    def _write(self) -> None:
        with self._writing:
            description.write(self._file, self.description)

    def _release(self) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            self._guard.wait(timeout=GUARD_LIMIT_S)
        if self._plan is not None and self._plan.claim is not None:
            self._plan.claim.close()
        if self._lock is not None:
            self._lock.close()
        self._guard = self._lock = None

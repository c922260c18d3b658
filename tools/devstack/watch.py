"""Deaths are seen: of a stack that runs until it is told to stop, and while a command has processes at work."""

import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from tools.devstack.control import Control
from tools.devstack.errors import StackError
from tools.devstack.process import Process
from tools.devstack.stack import Stack

# How soon a death is seen.
POLL_S = 0.1
# 1, 2, 4 ... 30 s: a process that cannot live must not keep two cores busy with dying.
BACKOFF_FIRST_S, BACKOFF_MAX_S = 1.0, 30.0
# One that has lived a minute has recovered; its next death is a new story.
RECOVERED_S = 60.0


@contextmanager
def watched(*faults: Callable[[], str | None]) -> Iterator[None]:
    """Within, a process that ends by itself ends the command: its last lines on stderr, exit code 1.

    `faults` tell of a death, as `Stack.fault` and `Process.fault` do. Only for the main thread.
    """
    over = threading.Event()
    told: list[str] = []
    main = threading.main_thread().ident
    assert main is not None

    def poll() -> None:
        while not told and not over.wait(POLL_S):
            told.extend(list(filter(None, (fault() for fault in faults))))
        if told:
            # It reaches the main thread wherever it waits, for an answer that will never come, say.
            signal.pthread_kill(main, signal.SIGUSR1)

    def end(number: int, frame: FrameType | None) -> None:
        if told:
            # Neither an `except Exception` nor a task of asyncio's keeps this one.
            sys.exit("\n".join(told))
        if callable(before):
            before(number, frame)

    before = signal.signal(signal.SIGUSR1, end)
    poller = threading.Thread(target=poll, daemon=True)
    poller.start()
    try:
        yield
    finally:
        over.set()
        poller.join()
        signal.signal(signal.SIGUSR1, before)


@dataclass
class _Revival:
    """When a process that died is started again, and how long the wait before it is."""

    died: Process
    due: float
    backoff_s: float


def watch(stack: Stack, *, keep_going: bool) -> None:
    """Watch until a signal's exception. Raises StackError when a process ends by itself, unless told to keep going."""
    control = Control(stack.data)
    revivals: dict[str, _Revival] = {}
    try:
        while True:
            control.poll(POLL_S, stack.restart)
            for process in stack.dead():
                if not keep_going:
                    raise StackError(f"{process.spec.name} ended with exit code {process.code}:\n{process.tail()}")
                _revive(stack, process, revivals)
    finally:
        control.close()


def _revive(stack: Stack, died: Process, revivals: dict[str, _Revival]) -> None:
    """Plan the start of a dead process, or carry it out when it is due."""
    now = time.monotonic()
    name = died.spec.name
    last = revivals.get(name)
    if last is None or last.died is not died:
        again = last is not None and now - died.started_at < RECOVERED_S
        backoff_s = min(last.backoff_s * 2, BACKOFF_MAX_S) if last and again else BACKOFF_FIRST_S
        revivals[name] = _Revival(died, now + backoff_s, backoff_s)
        stack.printer.say(f"{name} ended with exit code {died.code}; again in {backoff_s:.0f} s")
    elif now >= last.due:
        last.due = math.inf
        # Its start may have to wait for another that is dead as well.
        threading.Thread(target=_start_again, args=(stack, died), daemon=True).start()


def _start_again(stack: Stack, died: Process) -> None:
    try:
        stack.revive(died)
    except StackError as error:
        stack.printer.say(str(error))
    else:
        stack.printer.say(f"{died.spec.name} is ready again")

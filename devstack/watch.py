"""A stack that runs until it is told to stop: deaths are seen, restarts are carried out."""

import math
import threading
import time
from dataclasses import dataclass

from devstack.control import Control
from devstack.errors import StackError
from devstack.process import Process
from devstack.stack import Stack

# How soon a death is seen.
POLL_S = 0.1
# 1, 2, 4 ... 30 s: a process that cannot live must not keep two cores busy with dying.
BACKOFF_FIRST_S, BACKOFF_MAX_S = 1.0, 30.0
# One that has lived a minute has recovered; its next death is a new story.
RECOVERED_S = 60.0


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

"""A stack that runs until it is told to stop: deaths are seen, restarts are carried out."""

import time
from dataclasses import dataclass

from devstack.control import Control
from devstack.errors import StackError
from devstack.stack import Stack

# How soon a death is seen.
POLL_S = 0.1
# 1, 2, 4 ... 30 s: a process that cannot live must not keep two cores busy with dying.
BACKOFF_FIRST_S, BACKOFF_MAX_S = 1.0, 30.0
# One that has lived a minute has recovered; its next death is a new story.
RECOVERED_S = 60.0


@dataclass
class _Revival:
    """When a process that died is started again, and how long the wait before it was."""

    due: float
    backoff_s: float
    pending: bool = True


def watch(stack: Stack, *, keep_going: bool) -> None:
    """Watch until a signal's exception. Raises StackError when a process ends by itself, unless told to keep going."""
    control = Control(stack.data)
    revivals: dict[str, _Revival] = {}
    try:
        while True:
            control.poll(POLL_S, stack.restart)
            for process in stack.dead():
                name = process.spec.name
                if not keep_going:
                    raise StackError(f"{name} ended with exit code {process.code}:\n{process.tail()}")
                _revive(stack, name, revivals)
    finally:
        control.close()


def _revive(stack: Stack, name: str, revivals: dict[str, _Revival]) -> None:
    """Plan the start of a dead process, or carry it out when it is due."""
    now = time.monotonic()
    revival = revivals.get(name)
    if revival is None or not revival.pending:
        lived_s = now - stack.processes[name].started_at
        again = revival is not None and lived_s < RECOVERED_S
        backoff_s = min(revival.backoff_s * 2, BACKOFF_MAX_S) if revival and again else BACKOFF_FIRST_S
        revivals[name] = _Revival(now + backoff_s, backoff_s)
        stack.printer.say(f"{name} ended with exit code {stack.processes[name].code}; again in {backoff_s:.0f} s")
    elif now >= revival.due:
        revival.pending = False
        try:
            stack.restart(name)
        except StackError as error:
            stack.printer.say(str(error))
        else:
            stack.printer.say(f"{name} is ready again")

"""A stack in the foreground, from its start to Ctrl-C."""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from tools.devstack.printer import Printer
from tools.devstack.stack import Stack
from tools.devstack.watch import watch


class Interrupted(BaseException):
    """Somebody wants the stack to stop."""


def up(stack: Stack, *, keep_going: bool) -> None:
    """Run the stack until a signal stops it; a second one ends it at once. Raises StackError when it cannot go on."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stack.stopping:
            stack.kill_at_once()
        else:
            raise Interrupted

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    started = time.monotonic()
    try:
        with stack:
            show(stack.printer, stack.description, stack.data)
            stack.printer.say(f"All ready after {time.monotonic() - started:.1f} s; Ctrl-C stops.")
            watch(stack, keep_going=keep_going)
    except Interrupted:
        stack.printer.say("Stopped.")


def show(printer: Printer, description: Mapping[str, Any], data: Path) -> None:
    """What runs where, as a person wants to see it."""
    printer.table([(name, str(p["pid"]), p["url"] or "") for name, p in description["processes"].items()])
    printer.say(f"Temporal's web UI: {description['temporal']['ui_url']}")
    printer.say(f"Logs: {os.path.relpath(data / 'logs')}/NAME.log; for other programs: {data / 'stack.json'}")

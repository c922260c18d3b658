"""The stacks that are measured: our own, and one that somebody else has started."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.devstack.description import description_at
from tools.devstack.stack import Stack, StackOptions
from tools.devstack.watch import watched


@contextmanager
def own(options: StackOptions) -> Iterator[Stack]:
    """A stack for a measurement, which ends when one of its processes does."""
    with Stack(options) as stack, watched(stack.fault):
        yield stack


@contextmanager
def described(running: Path | None, options: StackOptions) -> Iterator[Mapping[str, Any]]:
    """The description of the stack that runs on a folder; without one, of a stack of our own."""
    if running:
        yield description_at(running)
        return
    with own(options) as stack:
        yield stack.description

"""A shared stack of which some processes are told other settings for a while: no stack more for a setting more."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tools.devstack.stack import Stack


@contextmanager
def restarted_with(stack: Stack, *names: str, **environment: str) -> Iterator[Stack]:
    """Start these processes again with other settings, and afterwards with those of before."""
    before = stack.tell(**environment)
    try:
        _restart(stack, names)
        yield stack
    finally:
        stack.tell(**before)
        _restart(stack, names)


def _restart(stack: Stack, names: tuple[str, ...]) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(stack.restart, names))

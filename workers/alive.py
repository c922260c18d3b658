"""A file that shows a platform that a worker lives: it exists once the worker polls, and is touched while it works."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

# 5 s: a probe that allows 30 s fails only after six missed touches, so a busy worker is not taken for a dead one.
TOUCH_S = 5.0


@asynccontextmanager
async def alive(file: str, is_running: Callable[[], bool], every_s: float = TOUCH_S) -> AsyncIterator[None]:
    """Touch the file while the event loop turns and the worker runs; an empty name means no file.

    It does not ask Temporal: an outage there is no reason to kill a worker, which polls again by itself.
    """
    if not file:
        yield
        return
    _touch(file)
    touching = asyncio.create_task(_keep_young(file, is_running, every_s))
    try:
        yield
    finally:
        touching.cancel()
        _remove(file)


async def _keep_young(file: str, is_running: Callable[[], bool], every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        if is_running():
            _touch(file)


def _touch(file: str) -> None:
    Path(file).touch()


def _remove(file: str) -> None:
    # A worker that ends takes no new work.
    Path(file).unlink(missing_ok=True)

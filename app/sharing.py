"""The same work asked for many times at once is done once: a burst of repeats costs Temporal and Payments one call."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Shared:
    """What is under way on one event loop, by its key."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}

    async def run(self, key: Hashable, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of the same work that is under way, or else of the one that begins now.

        The work has to limit its own time: it goes on for the others when the one who began it leaves.
        """
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(begin())
            task.add_done_callback(lambda done: self._end(key, done))
        result: T = await asyncio.shield(task)
        return result

    def _end(self, key: Hashable, done: "asyncio.Task[Any]") -> None:
        del self._under_way[key]
        # Where everybody has left, nobody else takes note of an error.
        if not done.cancelled():
            done.exception()

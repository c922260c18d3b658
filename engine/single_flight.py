"""The same work asked for many times at once is done once: a burst of repeats costs Temporal and Payments one call."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from typing import Any, TypeVar, cast

T = TypeVar("T")


class SingleFlight:
    """What is under way on one event loop, by its key."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}

    async def run(self, key: Hashable, begin: Callable[[], Coroutine[Any, Any, T]], limit_s: float) -> T:
        """The result of the same work that is under way, or else of the one that begins now.

        Raises TimeoutError after `limit_s`. The work has as long: it goes on for the others when the one who began it
        leaves, and one who waits for work that fails waits for the next as well.
        """
        async with asyncio.timeout(limit_s):
            joined = self._under_way.get(key)
            if joined is not None:
                # If the running work fails, for example at its limit, a caller who came later gets a try of its own.
                with suppress(Exception):
                    return cast("T", await asyncio.shield(joined))
            # Another one may have begun since: it began after this call, so its result counts, whatever it is.
            return cast("T", await asyncio.shield(self._under_way.get(key) or self._begin(key, begin, limit_s)))

    def _begin(self, key: Hashable, begin: Callable[[], Coroutine[Any, Any, T]], limit_s: float) -> "asyncio.Task[Any]":
        task = self._under_way[key] = asyncio.create_task(asyncio.wait_for(begin(), limit_s))
        task.add_done_callback(lambda done: self._end(key, done))
        return task

    def _end(self, key: Hashable, done: "asyncio.Task[Any]") -> None:
        del self._under_way[key]
        # If all callers have left, nobody else retrieves the error, and asyncio would complain.
        if not done.cancelled():
            done.exception()

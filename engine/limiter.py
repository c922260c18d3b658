"""How many openings may run at once: as many as end in time, judged by how long the present ones take.

The promise behind it: an opening that begins is answered in time, and one that cannot be is refused before it begins.
When n run and one takes t, n / t end in a second (Little's law), and IN_TIME_S * n / t end in time.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from domain.errors import Unavailable

# 12 to begin with: a machine that opens 2 in a second answers them in 6 s. As many may wait for them.
FIRST = 12
# 4: while everything is slow (a provider, no worker) a few still try, and notice when it is over.
LEAST = 4
# As many as have a place at once (app.bulkheads.BUYERS_MAX).
MOST = 512
# 5 s: half of the 10 s that a buyer waits at most. The slowest of many take a third longer, and all may have queued.
IN_TIME_S = 5.0
# 2 s: whoever is refused hears of it within that.
WAIT_S = 2.0
# The weight of one measurement: many that agree change the limit soon, an odd one hardly.
BELIEF = 0.1

T = TypeVar("T")
# Seconds that only ever grow.
Clock = Callable[[], float]


class Overloaded(Unavailable):
    """More is asked for than can be done in time; nothing has begun."""


class AdaptiveLimiter:
    """Runs so many at once, lets as many wait for them, and refuses the rest at once; lives on one event loop."""

    def __init__(self, *, clock: Clock = time.monotonic) -> None:
        self.limit = float(FIRST)
        self._clock = clock
        self._running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def run(self, work: Callable[[], Awaitable[T]], is_new: Callable[[T], bool]) -> T:
        """The work's result; the time of one that `is_new` adapts the limit. Raises Overloaded."""
        await self._enter()
        began_at, running = self._clock(), self._running
        teaches = False
        try:
            result = await work()
            # The answer of a repeat takes almost no time, so nothing is learned from it.
            teaches = is_new(result)
            return result
        finally:
            took_s = self._clock() - began_at
            # Only times under load count: a few openings alone say nothing about many at once.
            if running * 2 >= self.limit and (teaches or took_s > IN_TIME_S):
                self._learn(running, took_s)
            self._running -= 1
            self._admit()

    async def _enter(self) -> None:
        if self._running < int(self.limit):
            self._running += 1
            return
        if len(self._waiting) >= int(self.limit):
            raise Overloaded("more purchases are being opened than end in time")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(WAIT_S):
                await turn
        except (TimeoutError, asyncio.CancelledError) as error:
            if not turn.cancelled():
                # The slot was given at that very moment: hand it to the next one.
                self._running -= 1
                self._admit()
            elif turn in self._waiting:
                self._waiting.remove(turn)
            if isinstance(error, TimeoutError):
                raise Overloaded("the openings before it have not ended in time") from error
            raise

    def _admit(self) -> None:
        while self._waiting and self._running < int(self.limit):
            turn = self._waiting.popleft()
            if not turn.done():
                self._running += 1
                turn.set_result(None)

    def _learn(self, running: int, took_s: float) -> None:
        in_time = IN_TIME_S * running / max(took_s, 0.001)
        self.limit += BELIEF * (min(max(in_time, LEAST), MOST) - self.limit)

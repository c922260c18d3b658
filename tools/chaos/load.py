"""The load: every story begins at its moment, evenly spread; a bound on how many live at once keeps it small."""

import asyncio
from dataclasses import dataclass, field

import httpx

from tools.chaos.buyer import ANSWER_TIMEOUT_S, ChaosBuyer, Market
from tools.chaos.journal import Journal
from tools.chaos.seen import Seen
from tools.chaos.stories import story

# 60 pages at once: at the 3 to 8 purchases a second that two cores take while things break, the last in the queue waits
# less than OPENING_TIMEOUT (30 s). With more, most openings would be given up, and a run would show little else.
BUYERS_MAX = 60


@dataclass
class Load:
    """What the buyers have done so far."""

    market: Market
    journal: Journal
    # Buyers whose first request is out, and those who have left.
    begun: int = 0
    seen: list[Seen] = field(default_factory=list)

    async def put(self, purchases: int, seconds: float, seed: int) -> None:
        """Let every buyer live; returns when the last one has left."""
        places = asyncio.Semaphore(BUYERS_MAX)
        limits = httpx.Limits(max_connections=BUYERS_MAX, max_keepalive_connections=BUYERS_MAX)
        async with httpx.AsyncClient(limits=limits, timeout=ANSWER_TIMEOUT_S) as http, asyncio.TaskGroup() as buyers:
            for number in range(purchases):
                await asyncio.sleep(max(0.0, number * seconds / purchases - self.journal.now_s))
                await places.acquire()
                self.begun += 1
                buyers.create_task(self._live(ChaosBuyer(http, self.market, story(seed, number)), places))

    async def _live(self, buyer: ChaosBuyer, places: asyncio.Semaphore) -> None:
        try:
            seen = await buyer.live()
        finally:
            places.release()
        self.seen.append(seen)
        self.journal.record(seen)

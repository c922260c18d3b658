"""The same work asked for many times at once."""

import asyncio

import pytest

from app.sharing import Shared


class Work:
    """Counts how often it was begun, and ends when it is told."""

    def __init__(self) -> None:
        self.begun = 0
        self.end = asyncio.Event()

    async def run(self) -> int:
        """The number of this beginning."""
        self.begun += 1
        number = self.begun
        await self.end.wait()
        return number


async def test_who_wants_the_same_meanwhile_waits_for_the_same() -> None:
    """Three ask under one key and one under another: two works, and the next one under the first key is new."""
    shared, work = Shared(), Work()
    asked = [asyncio.create_task(shared.run(key, work.run)) for key in ("a", "a", "b", "a")]
    await asyncio.sleep(0)
    work.end.set()
    assert await asyncio.gather(*asked) == [1, 1, 2, 1]
    assert await shared.run("a", work.run) == 3


async def test_everybody_gets_the_error_and_the_next_one_tries_again() -> None:
    """A failure is not kept."""
    shared, work = Shared(), Work()

    async def fail() -> int:
        await work.run()
        raise ValueError("no")

    asked = [asyncio.create_task(shared.run("a", fail)) for _ in range(2)]
    await asyncio.sleep(0)
    work.end.set()
    assert all(isinstance(error, ValueError) for error in await asyncio.gather(*asked, return_exceptions=True))
    assert await shared.run("a", work.run) == 2


async def test_who_leaves_stops_nobody() -> None:
    """The first one's time is over: the work goes on for the second."""
    shared, work = Shared(), Work()
    first = asyncio.create_task(shared.run("a", work.run))
    await asyncio.sleep(0)
    second = asyncio.create_task(shared.run("a", work.run))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    work.end.set()
    assert await second == 1

"""The same work asked for many times at once."""

import asyncio

import pytest

from engine.single_flight import SingleFlight

# More than any of these works takes.
LIMIT_S = 60.0


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
    flights, work = SingleFlight(), Work()
    asked = [asyncio.create_task(flights.run(key, work.run, LIMIT_S)) for key in ("a", "a", "b", "a")]
    await asyncio.sleep(0)
    work.end.set()
    assert await asyncio.gather(*asked) == [1, 1, 2, 1]
    assert await flights.run("a", work.run, LIMIT_S) == 3


async def test_a_failure_is_told_only_to_those_who_asked_before_its_work_began() -> None:
    """Three ask: the first is told its failure, the others that of one new work; none is kept for who asks later."""
    flights, work = SingleFlight(), Work()

    async def fail() -> int:
        raise ValueError(str(await work.run()))

    asked = [asyncio.create_task(flights.run("a", fail, LIMIT_S)) for _ in range(3)]
    await asyncio.sleep(0)
    work.end.set()
    assert [str(error) for error in await asyncio.gather(*asked, return_exceptions=True)] == ["1", "2", "2"]
    assert await flights.run("a", work.run, LIMIT_S) == 3


async def test_who_joins_late_is_not_told_that_the_time_of_the_first_is_over() -> None:
    """The work is over without a result when a repeat has just come: it is done for the repeat anew."""
    flights, work = SingleFlight(), Work()

    async def too_late() -> int:
        await work.run()
        raise TimeoutError

    first = asyncio.create_task(flights.run("a", too_late, LIMIT_S))
    await asyncio.sleep(0)
    repeat = asyncio.create_task(flights.run("a", work.run, LIMIT_S))
    await asyncio.sleep(0)
    work.end.set()
    with pytest.raises(TimeoutError):
        await first
    assert await repeat == 2


async def test_who_leaves_stops_nobody() -> None:
    """The first one's time is over: the work goes on for the second."""
    flights, work = SingleFlight(), Work()
    first = asyncio.create_task(flights.run("a", work.run, LIMIT_S))
    await asyncio.sleep(0)
    second = asyncio.create_task(flights.run("a", work.run, LIMIT_S))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    work.end.set()
    assert await second == 1


async def test_work_ends_with_its_time_though_nobody_waits_for_it_any_more() -> None:
    """Who began it has left, and what hangs does not hold its key for ever."""
    flights, work = SingleFlight(), Work()
    with pytest.raises(TimeoutError):
        await flights.run("a", work.run, limit_s=0.01)
    work.end.set()
    assert await flights.run("a", work.run, LIMIT_S) == 2

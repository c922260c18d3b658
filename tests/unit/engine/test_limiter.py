"""How many openings run at once: as many as end in time, on machines of any speed; the clock is the test's."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.errors import Unavailable
from engine.limiter import FIRST, IN_TIME_S, LEAST, WAIT_S, AdaptiveLimiter, Overloaded
from engine.purchases import ANSWER_TIMEOUT_S

Run = Callable[[Coroutine[Any, Any, None]], None]


class Jumps(selectors.DefaultSelector):
    """Never waits: time jumps to whatever is due next."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What has happened; without anything the time is over at once."""
        events = super().select(0)
        if not events and timeout:
            self.now += timeout
        return events


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop in which a day takes no time."""

    def __init__(self) -> None:
        self._jumps = Jumps()
        super().__init__(self._jumps)

    def time(self) -> float:
        """Seconds, as far as they have been waited for."""
        return self._jumps.now


@pytest.fixture
def loop() -> Iterator[JumpingLoop]:
    """The loop of one test."""
    loop = JumpingLoop()
    yield loop
    loop.close()


@dataclass
class SlowMachine:
    """Opens one purchase after another, each in `takes_s`; keeps how long each took that began, and each refusal."""

    loop: JumpingLoop
    takes_s: float
    answered_s: list[float] = field(default_factory=list)
    refused_s: list[float] = field(default_factory=list)
    begun: int = 0
    new: bool = True

    def __post_init__(self) -> None:
        self.limiter = AdaptiveLimiter(clock=self.loop.time)
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """One buyer's request."""
        asked_at = self.loop.time()
        try:
            await self.limiter.run(self._work, lambda _: self.new)
            self.answered_s.append(self.loop.time() - asked_at)
        except Overloaded:
            self.refused_s.append(self.loop.time() - asked_at)

    async def at_once(self, buyers: int) -> None:
        """A crowd of buyers, each once."""
        await asyncio.gather(*(self.open() for _ in range(buyers)))

    async def crowd(self, buyers: int, seconds: float) -> None:
        """As many buyers as that, all the time: who is answered or refused comes again after 2 s."""
        until = self.loop.time() + seconds

        async def buyer() -> None:
            while self.loop.time() < until:
                await self.open()
                await asyncio.sleep(2)

        await asyncio.gather(*(buyer() for _ in range(buyers)))

    async def _work(self) -> None:
        self.begun += 1
        async with self._turn:
            await asyncio.sleep(self.takes_s)


def test_a_few_begin_a_few_wait_and_the_rest_is_refused_at_once(loop: JumpingLoop) -> None:
    """Before anything of theirs has begun."""
    machine = SlowMachine(loop, takes_s=0.05)
    loop.run_until_complete(machine.at_once(2 * FIRST + 5))
    assert (machine.begun, len(machine.answered_s), machine.refused_s) == (2 * FIRST, 2 * FIRST, [0.0] * 5)


def test_who_waits_in_vain_is_told_so_soon(loop: JumpingLoop) -> None:
    """And has not begun; nor has their place been lost."""
    machine = SlowMachine(loop, takes_s=0.3)
    loop.run_until_complete(machine.at_once(2 * FIRST))
    assert machine.refused_s
    assert set(machine.refused_s) == {WAIT_S}
    assert machine.begun + len(machine.refused_s) == 2 * FIRST
    before, room = machine.begun, int(machine.limiter.limit)
    loop.run_until_complete(machine.at_once(room))
    assert machine.begun == before + room


@pytest.mark.parametrize("takes_s", [0.01, 0.1, 0.3])
@pytest.mark.parametrize("buyers", [32, 500])
def test_what_begins_is_answered_in_time(loop: JumpingLoop, takes_s: float, buyers: int) -> None:
    """Whatever the machine and the crowd; refusals come soon, and the machine is never idle for want of work."""
    machine = SlowMachine(loop, takes_s)
    loop.run_until_complete(machine.crowd(buyers, seconds=60))
    assert max(machine.answered_s) < ANSWER_TIMEOUT_S
    assert max(machine.refused_s, default=0) < WAIT_S + 0.01
    possible = min(60 / takes_s, 60 * buyers / (2 + takes_s))
    assert len(machine.answered_s) > 0.8 * possible


def test_a_machine_that_becomes_slow_gets_less_to_do(loop: JumpingLoop) -> None:
    """Late openings are those that had begun, and the first of the slow time; later ones are in time again."""
    machine = SlowMachine(loop, takes_s=0.02)
    loop.run_until_complete(machine.crowd(128, seconds=60))
    machine.takes_s = 0.5
    loop.run_until_complete(machine.crowd(128, seconds=60))
    machine.answered_s.clear()
    loop.run_until_complete(machine.crowd(128, seconds=60))
    assert max(machine.answered_s) < ANSWER_TIMEOUT_S
    assert machine.limiter.limit < FIRST


def test_without_a_worker_a_few_try(loop: JumpingLoop) -> None:
    """Openings that nobody answers begin seldom, the least at once; the first answers make room again."""
    machine = SlowMachine(loop, takes_s=0.05)

    async def nobody_answers() -> None:
        await asyncio.sleep(ANSWER_TIMEOUT_S)
        raise Unavailable("no worker")

    async def in_vain() -> None:
        with pytest.raises(Unavailable):
            await machine.limiter.run(nobody_answers, lambda _: True)

    async def outage() -> None:
        for _ in range(5):
            await asyncio.gather(*(in_vain() for _ in range(FIRST)))

    loop.run_until_complete(outage())
    assert machine.limiter.limit < LEAST + 2
    loop.run_until_complete(machine.crowd(FIRST, seconds=30))
    assert machine.limiter.limit >= FIRST / 2


@pytest.mark.parametrize(("new", "buyers"), [(False, FIRST), (True, 1)], ids=["repeats", "one by one"])
def test_only_a_crowd_of_new_purchases_shows_that_there_is_more_room(loop: JumpingLoop, new: bool, buyers: int) -> None:
    """Repeats take no time, and one alone says nothing of a hundred."""
    machine = SlowMachine(loop, takes_s=0.01, new=new)
    loop.run_until_complete(machine.crowd(buyers, seconds=60))
    assert machine.limiter.limit == FIRST


def test_the_numbers_keep_the_promise() -> None:
    """Who has waited, and then takes a third longer than what counts as in time, is answered in time."""
    assert WAIT_S + IN_TIME_S * 4 / 3 < ANSWER_TIMEOUT_S

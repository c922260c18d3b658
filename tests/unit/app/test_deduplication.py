"""What is stored once, how many wait for it, and who is refused at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.deduplication import NARROW_S, REMEMBERED_MAX, REMEMBERED_S, Deduplicator, WebhookLimits
from domain.errors import Unavailable
from tools.devstack.patience import PATIENCE_S


class EventServer:
    """A server that answers when it is let, and counts who has asked."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.calls = 0
        self.error: Exception | None = None
        self._open = threading.Event()

    def __call__(self) -> bool:
        """Whether the saga is new: the first time it is."""
        self.calls += 1
        self.asked.release()
        assert self._open.wait(PATIENCE_S)
        if self.error:
            raise self.error
        return self.calls == 1

    def answer(self, error: Exception | None = None) -> "EventServer":
        """Let everybody who waits, and who comes later, have the answer."""
        self.error = error
        self._open.set()
        return self


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        """Now, in seconds."""
        return self.now_s


def forget(*_: object) -> bool:
    """A store that says `new` to everything."""
    return True


@pytest.fixture
def clock() -> Clock:
    """The clock of the memory."""
    return Clock()


@pytest.fixture
def deduplicator(clock: Clock) -> Deduplicator:
    """A memory with that clock."""
    return Deduplicator(clock=clock)


def test_an_event_that_was_stored_just_now_is_not_asked_for_again(deduplicator: Deduplicator) -> None:
    """The first is new, its doubles are known, another event is asked for."""
    store = EventServer().answer()
    assert [deduplicator.accept("e1", store) for _ in range(3)] == [True, False, False]
    assert store.calls == 1
    deduplicator.accept("e2", store)
    assert store.calls == 2


def test_what_temporal_knows_already_is_remembered_too(deduplicator: Deduplicator) -> None:
    """It is stored, by whomever."""
    store = EventServer().answer()
    store.calls = 1
    assert [deduplicator.accept("e1", store) for _ in range(2)] == [False, False]
    assert store.calls == 2


def test_an_event_is_remembered_for_seconds_only(deduplicator: Deduplicator, clock: Clock) -> None:
    """After that Temporal is asked again, for its saga may have been terminated; a double does not prolong it."""
    store = EventServer().answer()
    deduplicator.accept("e1", store)
    clock.now_s += REMEMBERED_S - 0.1
    deduplicator.accept("e1", store)
    assert store.calls == 1
    clock.now_s += 0.1
    deduplicator.accept("e1", store)
    assert store.calls == 2


def test_the_memory_is_bounded(deduplicator: Deduplicator) -> None:
    """The oldest is forgotten first."""
    for number in range(REMEMBERED_MAX + 1):
        deduplicator.accept(number, forget)
    assert deduplicator.accept(1, forget) is False
    assert deduplicator.accept(0, forget) is True


def test_what_was_not_stored_is_not_remembered(deduplicator: Deduplicator) -> None:
    """The next delivery asks again."""
    with pytest.raises(Unavailable):
        deduplicator.accept("e1", EventServer().answer(Unavailable("away")))
    assert deduplicator.accept("e1", EventServer().answer()) is True


@pytest.mark.parametrize("error", [None, Unavailable("away"), RuntimeError("a fault of ours")])
def test_doubles_at_the_same_time_share_one_call(deduplicator: Deduplicator, error: Exception | None) -> None:
    """Temporal is asked once, and nobody is told that it is stored before it is."""
    store = EventServer()
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(deduplicator.accept, "e1", store) for _ in range(8)]
        assert store.asked.acquire(timeout=PATIENCE_S)
        assert not any(answer.done() for answer in answers)
        store.answer(error)
    assert store.calls == 1
    if error:
        assert all(answer.exception() is error for answer in answers)
    else:
        assert sorted(answer.result() for answer in answers) == [False] * 7 + [True]


def fill(
    deduplicator: Deduplicator, store: EventServer, pool: ThreadPoolExecutor, places: int
) -> "list[Callable[[], bool]]":
    """Let so many different events wait for the store."""
    waiting = [pool.submit(deduplicator.accept, (id(store), n), store) for n in range(places)]
    for _ in waiting:
        assert store.asked.acquire(timeout=PATIENCE_S)
    return [one.result for one in waiting]


def test_beyond_its_room_an_event_is_refused_at_once() -> None:
    """Nobody waits who would run out of time; what is known needs no room; afterwards there is room again."""
    deduplicator, store = Deduplicator(WebhookLimits(4)), EventServer()
    deduplicator.accept("known", forget)
    with ThreadPoolExecutor(4) as pool:
        waiting = fill(deduplicator, store, pool, 4)
        with pytest.raises(Unavailable):
            deduplicator.accept("one more", forget)
        assert deduplicator.accept("known", forget) is False
        store.answer()
    assert len([result() for result in waiting]) == 4
    assert deduplicator.accept("one more", forget) is True


def test_while_temporal_does_not_answer_one_event_tries_and_the_others_are_refused_at_once(clock: Clock) -> None:
    """A hanging server costs one thread; its first answer lets everybody in again."""
    deduplicator, hanging = Deduplicator(WebhookLimits(4, clock)), EventServer()
    with pytest.raises(Unavailable):
        deduplicator.accept("the first", EventServer().answer(Unavailable("away")))
    with ThreadPoolExecutor(1) as pool:
        fill(deduplicator, hanging, pool, 1)
        with pytest.raises(Unavailable):
            deduplicator.accept("another", forget)
        hanging.answer()
    with ThreadPoolExecutor(4) as pool:
        again = EventServer()
        fill(deduplicator, again, pool, 4)
        again.answer()


def test_a_burst_after_an_outage_finds_room(clock: Clock) -> None:
    """A failure is soon forgotten: nobody had to try meanwhile."""
    deduplicator, store = Deduplicator(WebhookLimits(4, clock)), EventServer()
    with pytest.raises(Unavailable):
        deduplicator.accept("the first", EventServer().answer(Unavailable("away")))
    clock.now_s += NARROW_S
    with ThreadPoolExecutor(4) as pool:
        fill(deduplicator, store, pool, 4)
        store.answer()

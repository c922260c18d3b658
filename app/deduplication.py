"""Storing events: the same event once at a time, few events at once, and refused soon while Temporal is away."""

import math
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from cachetools import TTLCache

from domain.errors import Unavailable

# 32 wait for Temporal at once: a small server takes some 80 starts a second, so that the last of them waits 0.4 s of
# the 1.2 s that a call may take. Fewer than the requests that are let in: what needs no Temporal finds room besides.
WAITING_MAX = 32

# 3 s after a failed call only one call at a time is made: longer than a call takes to fail, so that events do not pile
# up, and short, so that a burst is taken soon after Temporal is back.
NARROW_S = 3.0

# 3 s: doubles come in bursts. An event that is sent again later asks Temporal again, which starts anew a saga that has
# failed, or that an operator has canceled or terminated.
REMEMBERED_S = 3.0
# As many as are stored in that time at 400 a second, more than a server takes.
REMEMBERED_MAX = 1200

# Seconds that only ever grow.
Clock = Callable[[], float]


class WebhookLimits:
    """How many calls may wait for `callee`: several while it answers, only one soon after a call has failed."""

    def __init__(self, slots_max: int = WAITING_MAX, clock: Clock = time.monotonic, callee: str = "Temporal") -> None:
        self._callee = callee
        self._lock = threading.Lock()
        self._slots_max = slots_max
        self._clock = clock
        self._taken = 0
        self._narrow_until = -math.inf

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot for one call, which fails by raising; raises Unavailable at once if no slot is free."""
        with self._lock:
            if self._taken >= (1 if self._clock() < self._narrow_until else self._slots_max):
                raise Unavailable(f"as many events wait for {self._callee} as it takes")
            self._taken += 1
        answered = False
        try:
            yield
            answered = True
        finally:
            with self._lock:
                self._taken -= 1
                self._narrow_until = -math.inf if answered else self._clock() + NARROW_S


class Deduplicator:
    """Stores each event once: a double that comes meanwhile shares the answer, one that comes soon after is not sent.

    Both only ever repeat what Temporal has said to this process, so that no event is acknowledged that is not stored.
    Another process of the intake asks Temporal itself, which knows the saga by its id. Unlike a single flight
    (engine.single_flight) it shares a failure too: while Temporal is away nobody waits for it a second time.
    """

    def __init__(self, limits: WebhookLimits | None = None, clock: Clock = time.monotonic) -> None:
        self._limits = limits or WebhookLimits()
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, Future[None]] = {}
        self._stored: TTLCache[Hashable, None] = TTLCache(REMEMBERED_MAX, REMEMBERED_S, clock)

    def accept(self, event: Hashable, store: Callable[[], bool]) -> bool:
        """Whether `store` has stored the event now; False if it was stored before.

        Raises Unavailable when it is not known to be stored.
        """
        with self._lock:
            if event in self._stored:
                return False
            first = self._under_way.get(event)
            if first is None:
                mine = self._under_way[event] = Future()
        if first is not None:
            first.result()
            return False
        return self._store(event, store, mine)

    def _store(self, event: Hashable, store: Callable[[], bool], mine: "Future[None]") -> bool:
        try:
            with self._limits.slot():
                is_new = store()
        except BaseException as error:
            self._end(event)
            mine.set_exception(error)
            raise
        self._end(event, is_stored=True)
        mine.set_result(None)
        return is_new

    def _end(self, event: Hashable, *, is_stored: bool = False) -> None:
        with self._lock:
            del self._under_way[event]
            if is_stored:
                self._stored[event] = None

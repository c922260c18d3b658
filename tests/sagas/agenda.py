"""What is to be done, now or later, on a clock that moves only from event to event."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


def always() -> bool:
    """Nothing makes the event unwanted."""
    return True


@dataclass(frozen=True, eq=False)
class AgendaEvent:
    """Something that will happen, not before `at`; events of one lane happen in their order.

    `step` names the step of which an attempt begins: `payment-success deliver-offset`.
    """

    words: str
    lane: str
    act: Callable[[], None]
    wanted: Callable[[], bool] = always
    at: datetime | None = None
    step: str = ""


class Agenda:
    """The events that are still to happen, and the time; `tell` hears the words of each that happens."""

    def __init__(self, now: datetime, tell: Callable[[str], None]) -> None:
        self.now = now
        self._tell = tell
        self._soon: list[AgendaEvent] = []
        self._later: list[tuple[datetime, int, AgendaEvent]] = []
        self._numbers = itertools.count()

    def soon(self, words: str, lane: str, act: Callable[[], None], wanted: Callable[[], bool] = always) -> None:
        """Have something happen at once."""
        self.add(AgendaEvent(words, lane, act, wanted))

    def later(
        self, at: datetime, words: str, lane: str, act: Callable[[], None], wanted: Callable[[], bool] = always
    ) -> None:
        """Have something happen when it is time."""
        self.add(AgendaEvent(words, lane, act, wanted, at))

    def add(self, event: AgendaEvent) -> None:
        """Have an event happen, at once if it has no time."""
        if event.at:
            heapq.heappush(self._later, (event.at, next(self._numbers), event))
        else:
            self._soon.append(event)

    def first(self) -> AgendaEvent | None:
        """What comes next if nobody interferes: the oldest of what is due, else the earliest of what is not."""
        self._soon = [event for event in self._soon if event.wanted()]
        while self._later and not self._later[0][2].wanted():
            heapq.heappop(self._later)
        if self._soon:
            return self._soon[0]
        return self._later[0][2] if self._later else None

    def due(self) -> list[AgendaEvent]:
        """Everything that may happen next without time passing: the first of each lane, oldest first."""
        return _first_of_each_lane([event for event in self._soon if event.wanted()])

    def timers(self) -> list[AgendaEvent]:
        """Everything that may happen next if time jumps to it: the first of each lane, earliest first."""
        return _first_of_each_lane([event for _, _, event in sorted(self._later) if event.wanted()])

    def take(self, event: AgendaEvent) -> None:
        """The event happens now, whatever else waits."""
        if event.at is None:
            self._soon.remove(event)
        else:
            self._later = [entry for entry in self._later if entry[2] is not event]
            heapq.heapify(self._later)
            self.now = max(self.now, event.at)
        if event.words:
            self._tell(event.words)
        event.act()


def _first_of_each_lane(events: list[AgendaEvent]) -> list[AgendaEvent]:
    first: dict[str, AgendaEvent] = {}
    for event in events:
        first.setdefault(event.lane, event)
    return list(first.values())

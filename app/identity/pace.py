"""How often we ask the identity provider, however many requests come to us."""

from collections.abc import Callable

# 5 s between two fetches on the average: a flood of forged key ids costs the provider no more than that.
INTERVAL_S = 5.0
# Three at once: the first of a process, one for a new key that follows at once, and one for its forgery.
BURST = 3


class Pace:
    """The generic cell rate algorithm: BURST at once, and one more each INTERVAL_S seconds. Not thread-safe."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._due = 0.0

    def allows(self) -> bool:
        """Whether one may be made now; it then counts as made."""
        now = self._clock()
        due = max(self._due, now)
        if due - now > INTERVAL_S * (BURST - 1):
            return False
        self._due = due + INTERVAL_S
        return True

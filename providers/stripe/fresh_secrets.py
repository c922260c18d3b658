"""The secrets of PaymentIntents that have just been created, so that a first answer needs no second call to Stripe."""

import threading
import time
from collections.abc import Callable

from cachetools import TTLCache

# 20 s: an opening's answer goes out within 10; what nobody has asked for by then a repeat reads at Stripe.
KEPT_S = 20.0
# 1000: one process creates fewer within that time, whatever the load; one that is full only costs a call.
KEPT_MAX = 1000


class FreshSecrets:
    """Kept in memory alone, for a short time, and each handed out once."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        # The library leaves threads to its users.
        self._lock = threading.Lock()
        # By reference.
        self._kept: TTLCache[str, str] = TTLCache(KEPT_MAX, KEPT_S, now)

    def keep(self, reference: str, secret: str) -> None:
        """Keep a secret; another goes where there are too many."""
        with self._lock:
            self._kept[reference] = secret

    def take(self, reference: str) -> str | None:
        """Hand a secret out and forget it; None where it is not kept (any more)."""
        with self._lock:
            return self._kept.pop(reference, None)

"""The secrets of PaymentIntents that have just been created, so that a first answer needs no second call to Stripe."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

# 20 s: an opening's answer goes out within 10; what nobody has asked for by then a repeat reads at Stripe.
KEPT_S = 20.0
# 1000: one process creates fewer within that time, whatever the load; one that is full only costs a call.
KEPT_MAX = 1000


class FreshSecrets:
    """Kept in memory alone, for a short time, and each handed out once."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        # By reference, oldest first: until when, and the secret.
        self._kept: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def keep(self, reference: str, secret: str) -> None:
        """Keep a secret; the oldest goes where there are too many."""
        with self._lock:
            self._drop_expired()
            self._kept[reference] = (self._now() + KEPT_S, secret)
            if len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)

    def take(self, reference: str) -> str | None:
        """Hand a secret out and forget it; None where it is not kept (any more)."""
        with self._lock:
            self._drop_expired()
            return self._kept.pop(reference, (0.0, None))[1]

    def _drop_expired(self) -> None:
        while self._kept and next(iter(self._kept.values()))[0] <= self._now():
            self._kept.popitem(last=False)

"""What happens by itself: a processing payment settles, and old idempotency keys are forgotten."""

import logging
import threading
import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from simulators.stripe import idempotency, intents
from simulators.stripe.call import Call
from simulators.stripe.cards import BY_NAME
from simulators.stripe.models import PaymentIntent
from simulators.stripe.store import Store

log = logging.getLogger(__name__)

# An hour: keys live for a day, so at most one part in 24 of them is overdue.
HOUSEKEEPING_SECONDS = 3600.0
# After a fault of our own (a database that is away) the clock waits before it goes on.
FAULT_PAUSE_SECONDS = 1.0


class Clock:
    """A thread that wakes when the next thing is due."""

    def __init__(self, store: Store, processing_seconds: float) -> None:
        self._store = store
        self._processing_seconds = processing_seconds
        self._changed = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)

    def start(self) -> None:
        """Begin with what became due while no process ran."""
        self._store.listen(intents.TIMERS, lambda _: self._changed.set())
        self._thread.start()

    def stop(self, seconds_max: float) -> None:
        """Let the running step end."""
        self._stopped = True
        self._changed.set()
        self._thread.join(seconds_max)

    def tick(self) -> float:
        """Do what is due; the seconds until something else may be."""
        with self._store.transaction() as session:
            call = Call(session, self._processing_seconds)
            idempotency.forget_old(session, call.now)
            for row in session.scalars(select(PaymentIntent).where(PaymentIntent.settles_at <= call.now)).all():
                intents.settle(call, row, succeeded=BY_NAME[row.card or ""].decline is None)
            return _seconds_to_next(session, call.now)

    def _run(self) -> None:
        while not self._stopped:
            try:
                self._changed.clear()
                self._changed.wait(self.tick())
            except Exception:
                log.exception("the clock failed")
                time.sleep(FAULT_PAUSE_SECONDS)


def _seconds_to_next(session: Session, now: float) -> float:
    query = select(PaymentIntent.settles_at).where(PaymentIntent.settles_at.is_not(None))
    due_at = session.scalar(query.order_by(PaymentIntent.settles_at).limit(1))
    return HOUSEKEEPING_SECONDS if due_at is None else min(HOUSEKEEPING_SECONDS, max(0.0, due_at - now))

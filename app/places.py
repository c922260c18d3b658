"""Room in the intake: who waits for something slow never takes the last thread from the others.

gunicorn gives each process THREADS threads, and each kind of caller may keep only its share of them waiting. One more
is refused at once, which takes a thread for a moment only; so the platform always finds one.
"""

import threading
from types import TracebackType

from apiflask import APIBlueprint
from flask import g

from domain.errors import Unavailable

# Buyers: a burst of 500 repeats finds room.
BUYERS_MAX = 512
# Whoever looks at the catalogue: Projects answers from its own database, so they wait long only while it hangs.
CATALOGUE_MAX = 128
# Stripe: what needs no Temporal finds room beside those who wait for it (app.acceptance).
WEBHOOKS_MAX = 64
# For health, readiness, metrics, the page, and for refusals.
PLATFORM = 32
THREADS = BUYERS_MAX + CATALOGUE_MAX + WEBHOOKS_MAX + PLATFORM


class Places:
    """A budget: at most so many at once, or Unavailable at once; `with places:` takes one."""

    def __init__(self, places_max: int, full: str) -> None:
        """`full` says who they are that fill it."""
        self._free = threading.BoundedSemaphore(places_max)
        self._full = full

    def __enter__(self) -> None:
        """Take a place; raises Unavailable if there is none."""
        if not self._free.acquire(blocking=False):
            raise Unavailable(self._full)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Give it back."""
        self._free.release()

    def guard(self, routes: APIBlueprint) -> None:
        """Let each request to these routes take a place, and give it back with the answer."""

        @routes.before_request
        def enter() -> None:
            self.__enter__()
            g.has_place = True

        @routes.teardown_request
        def leave(error: BaseException | None) -> None:
            if g.pop("has_place", False):
                self.__exit__(None, error, None)

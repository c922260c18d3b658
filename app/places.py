"""Room in the intake: buyers who wait for something slow never take the last thread from Stripe and the platform."""

import threading

from apiflask import APIBlueprint
from flask import g

from domain.errors import Unavailable

# 512 buyers wait at once: a burst of 500 repeats finds room. The rest of gunicorn's threads is for webhooks and health.
BUYERS_MAX = 512


class Places:
    """At most so many requests at once, all guarded routes together; one more is answered 503 at once."""

    def __init__(self, places_max: int = BUYERS_MAX) -> None:
        self._free = threading.BoundedSemaphore(places_max)

    def guard(self, routes: APIBlueprint) -> None:
        """Let each request to these routes take a place, and give it back with the answer."""

        @routes.before_request
        def enter() -> None:
            if not self._free.acquire(blocking=False):
                raise Unavailable("as many buyers wait as the intake has room for")
            g.has_place = True

        @routes.teardown_request
        def leave(_: BaseException | None) -> None:
            if g.pop("has_place", False):
                self._free.release()

"""Room in the intake: who waits for something slow never takes the last thread from the others.

gunicorn gives each process THREADS threads, and each kind of caller may keep only its share of them waiting, and each
caller only a share of that. One more is refused at once, which takes a thread for a moment only; so the platform always
finds one. Nobody takes a place before its request has come as a whole (lib.webapi.gunicorn_worker).
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from apiflask import APIBlueprint
from flask import g

from app.identity.keys import WAITING_MAX as KEYS_MAX
from domain.errors import Unavailable
from lib.webapi import Problem
from lib.webapi.request_ids import HEADER, named

# One buyer alone holds two thirds: a burst of 500 repeats finds room, and leaves some.
BUYERS_MAX = 768
# Whoever looks at the catalogue: Projects answers from its own database, so they wait long only while it hangs.
CATALOGUE_MAX = 128
# Stripe: what needs no Temporal finds room beside those who wait for it (app.deduplication).
WEBHOOKS_MAX = 64
# For health, readiness, metrics, the page, and for refusals.
PLATFORM = 32
# Who waits for the identity provider's keys is not known yet, and has no place.
THREADS = BUYERS_MAX + CATALOGUE_MAX + WEBHOOKS_MAX + KEYS_MAX + PLATFORM
# One caller may hold twice as many as stay free: the more the others need, the less one gets, and some are always left.
SHARE = 2

Application = Callable[..., Iterable[bytes]]


class Bulkhead:
    """A budget: at most so many at once, of which no caller holds the last, or Unavailable at once."""

    def __init__(self, slots_max: int, full: str) -> None:
        """`full` says who they are that fill it."""
        self._lock = threading.Lock()
        self._free = slots_max
        self._held: Counter[str] = Counter()
        self._full = full

    @contextmanager
    def slot(self, caller: str | None = None) -> Iterator[None]:
        """A place; one who is not named shares with all. Raises Unavailable if there is none."""
        self._enter(caller)
        try:
            yield
        finally:
            self._leave(caller)

    def guard(self, routes: APIBlueprint) -> Callable[[str], None]:
        """How these routes take a place for whoever calls; it is given back with the answer."""

        def enter(caller: str) -> None:
            self._enter(caller)
            g.seated = caller

        @routes.teardown_request
        def leave(_: BaseException | None) -> None:
            if (caller := g.pop("seated", None)) is not None:
                self._leave(caller)

        return enter

    def _enter(self, caller: str | None) -> None:
        with self._lock:
            left = self._free - 1
            if left < 0 or (caller is not None and self._held[caller] + 1 > SHARE * left):
                raise Unavailable(self._full)
            self._free = left
            if caller is not None:
                self._held[caller] += 1

    def _leave(self, caller: str | None) -> None:
        with self._lock:
            self._free += 1
            if caller is not None:
                self._held[caller] -= 1
                # Forgets those who hold none.
                self._held += Counter()


class BulkheadMiddleware:
    """WSGI around an application: one path has places, and who finds none is refused before Flask begins.

    That takes a fraction of the time that Flask takes for a request, and so a crowd of any size is refused fast.
    """

    def __init__(self, application: Application, path: str, bulkhead: Bulkhead, refuse: Callable[[], Problem]) -> None:
        self._application = application
        self._path = path
        self._bulkhead = bulkhead
        self._refuse = refuse

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        if environ.get("PATH_INFO") != self._path:
            return self._application(environ, start_response)
        try:
            with self._bulkhead.slot():
                return self._application(environ, start_response)
        except Unavailable:
            return self._turn_away(environ, start_response)

    def _turn_away(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with named(environ.get("HTTP_X_REQUEST_ID", "")) as name:
            response = self._refuse().response()
            response.headers[HEADER] = name
            return response(environ, start_response)

"""Bulkheads: callers who wait for something slow never take the last thread from the others.

gunicorn gives each process THREADS threads, and each kind of caller may keep only its share of them waiting, and each
caller only a share of that. One more is refused at once, which takes a thread for a moment only; so the platform's
checks always find a free one. A slot is taken only when the whole request has arrived (lib.webapi.gunicorn_worker).
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

# One buyer alone may hold two thirds (512): a burst of 500 repeats fits, and others still get in.
BUYERS_MAX = 768
# Readers of the catalogue: Projects answers from its own database, so they wait long only while it hangs.
CATALOGUE_MAX = 128
# Stripe's events: twice as many as may wait for Temporal (app.deduplication), so that the others still get in.
WEBHOOKS_MAX = 64
# For health, readiness, metrics, the page, and for refusals.
PLATFORM = 32
# A caller who waits for the identity provider's keys is not known yet, and takes no slot of the buyers.
THREADS = BUYERS_MAX + CATALOGUE_MAX + WEBHOOKS_MAX + KEYS_MAX + PLATFORM
# One caller may hold twice as many slots as stay free: the more others need, the fewer one gets; some are always left.
SHARE = 2

Application = Callable[..., Iterable[bytes]]


class Bulkhead:
    """At most so many calls at once, of which no caller holds the last; any other is refused with Unavailable."""

    def __init__(self, slots_max: int, full: str) -> None:
        """`full` is the message when it is full."""
        self._lock = threading.Lock()
        self._free = slots_max
        self._held: Counter[str] = Counter()
        self._full = full

    @contextmanager
    def slot(self, caller: str | None = None) -> Iterator[None]:
        """Hold a slot; callers without a name share one limit. Raises Unavailable if there is none."""
        self._enter(caller)
        try:
            yield
        finally:
            self._leave(caller)

    def guard(self, routes: APIBlueprint) -> Callable[[str], None]:
        """A function by which these routes take a slot for a caller; it is freed after the answer."""

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
                # Drops the callers whose count is 0.
                self._held += Counter()


class BulkheadMiddleware:
    """WSGI middleware: one path has a bulkhead, and a request that finds it full is refused before Flask begins.

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

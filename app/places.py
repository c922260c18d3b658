"""Room in the intake: who waits for something slow never takes the last thread from the others.

gunicorn gives each process THREADS threads, and each kind of caller may keep only its share of them waiting. One more
is refused at once, which takes a thread for a moment only; so the platform always finds one.
"""

import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

from apiflask import APIBlueprint
from flask import g

from domain.errors import Unavailable
from webapi import Problem
from webapi.request_ids import HEADER, named

# Buyers: a burst of 500 repeats finds room.
BUYERS_MAX = 512
# Whoever looks at the catalogue: Projects answers from its own database, so they wait long only while it hangs.
CATALOGUE_MAX = 128
# Stripe: what needs no Temporal finds room beside those who wait for it (app.acceptance).
WEBHOOKS_MAX = 64
# For health, readiness, metrics, the page, and for refusals.
PLATFORM = 32
THREADS = BUYERS_MAX + CATALOGUE_MAX + WEBHOOKS_MAX + PLATFORM

Application = Callable[..., Iterable[bytes]]


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


class Turnstile:
    """WSGI around an application: one path has places, and who finds none is refused before Flask begins.

    That takes a fraction of the time that Flask takes for a request, and so a crowd of any size is refused fast.
    """

    def __init__(self, application: Application, path: str, places: Places, refuse: Callable[[], Problem]) -> None:
        self._application = application
        self._path = path
        self._places = places
        self._refuse = refuse

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        if environ.get("PATH_INFO") != self._path:
            return self._application(environ, start_response)
        try:
            with self._places:
                return self._application(environ, start_response)
        except Unavailable:
            return self._turn_away(environ, start_response)

    def _turn_away(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with named(environ.get("HTTP_X_REQUEST_ID", "")) as name:
            response = self._refuse().response()
            response.headers[HEADER] = name
            return response(environ, start_response)

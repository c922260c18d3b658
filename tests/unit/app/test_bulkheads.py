"""How many of each kind may wait at once."""

import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIBlueprint, APIFlask
from flask import Response
from werkzeug.test import Client

from app.bulkheads import BUYERS_MAX, THREADS, Bulkhead, BulkheadMiddleware
from domain.errors import Unavailable
from lib.webapi.problem_types import UNAVAILABLE
from tools.devstack.patience import PATIENCE_S

CONFIGURATION = Path(__file__).parents[3] / "gunicorn.conf.py"


@pytest.fixture
def api() -> APIFlask:
    """An application with four bulkhead, of which one caller gets two; one route waits until `goes_on` is set."""
    api = APIFlask("bulkhead")
    routes = APIBlueprint("buyers", "buyers")
    take_slot = Bulkhead(4, "full").guard(routes)
    api.extensions["waits"], api.extensions["goes_on"] = threading.Semaphore(0), threading.Event()

    @routes.get("/slow/<caller>")
    def slow(caller: str) -> str:
        take_slot(caller)
        api.extensions["waits"].release()
        api.extensions["goes_on"].wait(PATIENCE_S)
        return "slow"

    @routes.get("/quick/<caller>")
    def quick(caller: str) -> str:
        take_slot(caller)
        return "quick"

    @api.errorhandler(Unavailable)
    def full(_: Unavailable) -> tuple[str, int]:
        return "full", 503

    @api.get("/platform")
    def platform() -> str:
        return "platform"

    api.register_blueprint(routes)
    return api


def test_who_holds_many_places_leaves_some_to_others(api: APIFlask) -> None:
    """While two of alice wait her next is refused, bob and the platform are answered; then she has room again."""
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(lambda: api.test_client().get("/slow/alice").text) for _ in range(2)]
        assert all(api.extensions["waits"].acquire(timeout=PATIENCE_S) for _ in waiting)
        client = api.test_client()
        assert [client.get(f"/quick/{caller}").status_code for caller in ("alice", "bob")] == [503, 200]
        assert client.get("/platform").text == "platform"
        api.extensions["goes_on"].set()
        assert [each.result() for each in waiting] == ["slow"] * 2
    assert [client.get("/quick/alice").text for _ in range(2)] == ["quick", "quick"]


def test_a_place_is_free_again_after_a_fault() -> None:
    """Whoever fails gives the place back; two do not fit into one."""
    bulkhead = Bulkhead(1, "full")
    with pytest.raises(ZeroDivisionError), bulkhead.slot():
        1 / 0  # noqa: B018
    with bulkhead.slot(), pytest.raises(Unavailable, match="full"), bulkhead.slot():
        pass


def held_at_most(bulkhead: Bulkhead, caller: str, held: ExitStack) -> int:
    """How many bulkhead one caller gets."""
    got = 0
    with suppress(Unavailable):
        while True:
            held.enter_context(bulkhead.slot(caller))
            got += 1
    return got


def test_nobody_holds_the_last_place() -> None:
    """One buyer alone may hold 512 of 768, the next less, and so on: a newcomer always finds one."""
    bulkhead = Bulkhead(BUYERS_MAX, "full")
    with ExitStack() as held:
        got = [held_at_most(bulkhead, buyer, held) for buyer in ("alice", "bob", "carol")]
        assert got == [512, 170, 57]
        with bulkhead.slot("dave"):
            pass
    with ExitStack() as held:
        assert held_at_most(bulkhead, "bob", held) == 512


def test_a_crowd_is_refused_before_the_application() -> None:
    """On its one path; the refusal is a problem with the caller's request id, and the place is free again."""
    entered, goes_on = threading.Event(), threading.Event()
    asked: list[str] = []

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/events" and not goes_on.is_set():
            entered.set()
            goes_on.wait(PATIENCE_S)
        return Response("taken")(environ, start_response)

    client = Client(
        BulkheadMiddleware(application, "/events", Bulkhead(1, "full"), lambda: UNAVAILABLE.problem("Come again."))
    )
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: client.post("/events").text)
        assert entered.wait(PATIENCE_S)
        refused = client.post("/events", headers={"X-Request-Id": "r1"})
        assert (refused.status_code, refused.mimetype) == (503, "application/problem+json")
        assert refused.get_json()["request_id"] == refused.headers["X-Request-Id"] == "r1"
        assert client.post("/other").text == "taken"
        assert asked == ["/events", "/other"]
        goes_on.set()
        assert waiting.result() == "taken"
    assert client.post("/events").text == "taken"


def test_gunicorn_has_the_threads_that_are_shared_out() -> None:
    """Its settings and the budgets name the same number."""
    threads = re.search(r"^threads = (\d+)$", CONFIGURATION.read_text(), re.MULTILINE)
    assert threads
    assert int(threads[1]) == THREADS

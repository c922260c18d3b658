"""How many of each kind may wait at once."""

import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIBlueprint, APIFlask
from flask import Response
from werkzeug.test import Client

from app.places import THREADS, Places, Turnstile
from devstack.patience import PATIENCE_S
from domain.errors import Unavailable
from webapi.problem_types import UNAVAILABLE

CONFIGURATION = Path(__file__).parents[3] / "gunicorn.conf.py"


@pytest.fixture
def api() -> APIFlask:
    """An application with one place for two guarded routes, of which one waits until `goes_on` is set."""
    api = APIFlask("places")
    routes = APIBlueprint("buyers", "buyers")
    api.extensions["waits"], api.extensions["goes_on"] = threading.Event(), threading.Event()

    @routes.get("/slow")
    def slow() -> str:
        api.extensions["waits"].set()
        api.extensions["goes_on"].wait(PATIENCE_S)
        return "slow"

    @routes.get("/quick")
    def quick() -> str:
        return "quick"

    @api.errorhandler(Unavailable)
    def full(_: Unavailable) -> tuple[str, int]:
        return "full", 503

    @api.get("/platform")
    def platform() -> str:
        return "platform"

    Places(1, "full").guard(routes)
    api.register_blueprint(routes)
    return api


def test_one_more_than_there_is_room_for_is_refused_at_once(api: APIFlask) -> None:
    """While somebody waits the next one is refused, what is not guarded is answered, and the place is free again."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: api.test_client().get("/slow").text)
        assert api.extensions["waits"].wait(PATIENCE_S)
        client = api.test_client()
        assert client.get("/quick").status_code == 503
        assert client.get("/platform").text == "platform"
        api.extensions["goes_on"].set()
        assert waiting.result() == "slow"
    assert [client.get("/quick").text for _ in range(2)] == ["quick", "quick"]


def test_a_place_is_free_again_after_a_fault() -> None:
    """Whoever fails gives the place back; two do not fit into one."""
    places = Places(1, "full")
    with pytest.raises(ZeroDivisionError), places:
        1 / 0  # noqa: B018
    with places, pytest.raises(Unavailable, match="full"), places:
        pass


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

    client = Client(Turnstile(application, "/events", Places(1, "full"), lambda: UNAVAILABLE.problem("Come again.")))
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

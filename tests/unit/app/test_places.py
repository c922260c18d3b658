"""How many buyers may wait at once."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from apiflask import APIBlueprint, APIFlask

from app.places import THREADS, Places
from domain.errors import Unavailable

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
        api.extensions["goes_on"].wait(5)
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
        assert api.extensions["waits"].wait(5)
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


def test_gunicorn_has_the_threads_that_are_shared_out() -> None:
    """Its settings and the budgets name the same number."""
    threads = re.search(r"^threads = (\d+)$", CONFIGURATION.read_text(), re.MULTILINE)
    assert threads
    assert int(threads[1]) == THREADS

"""The id of a request: in its answer and on every line that is logged for it, whoever makes or logs them."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from lib.portal import Portal
from lib.telemetry.logs import formatter
from lib.webapi.request_ids import named, request_id
from tests.unit.lib.webapi.test_api import TOKEN, shop

PROBES: list[tuple[str, str, dict[str, str]]] = [
    ("GET", "/orders", {}),
    ("HEAD", "/orders", {}),
    ("OPTIONS", "/orders", {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}),
    ("GET", "/nothing", {}),
    ("DELETE", "/orders", {}),
    ("POST", "/orders", {}),
    ("POST", "/orders", {"Authorization": "Bearer token"}),
    ("GET", "/orders?limit=x", {}),
    ("GET", "/orders?limit=1&limit=2", {}),
    ("GET", "/health", {"Host": "a b"}),
]


@pytest.fixture
def client() -> FlaskClient:
    """A client of the shop."""
    return shop().test_client()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What our processes print."""
    printed, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(printed), root.level
    handler.setFormatter(formatter("shop", is_json=True))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield printed
    root.removeHandler(handler)
    root.setLevel(level)


def told(lines: io.StringIO) -> list[tuple[str, str | None]]:
    """Each line's event and its request's id."""
    printed = map(json.loads, lines.getvalue().splitlines())
    return [(line["event"], line.get("request_id")) for line in printed]


@pytest.mark.parametrize(("method", "path", "headers"), PROBES)
def test_every_answer_has_its_requests_id(client: FlaskClient, method: str, path: str, headers: dict[str, str]) -> None:
    """Answers, refusals, preflights and what Flask itself refuses; exactly one id, also in a problem's body."""
    answer = client.open(path, method=method, headers=headers | {"X-Request-Id": "r-1"})
    assert answer.headers.getlist("X-Request-Id") == ["r-1"]
    if answer.mimetype == "application/problem+json":
        assert answer.get_json()["request_id"] == "r-1"


def test_every_line_of_a_request_has_its_id(client: FlaskClient, lines: io.StringIO) -> None:
    """A fault's line and the request's own line say the caller's id; the next request has another."""
    client.post("/orders", json={"count": 666}, headers=TOKEN | {"X-Request-Id": "r-1"})
    client.get("/orders")
    assert [request_id == "r-1" for _, request_id in told(lines)] == [True, True, False]


def test_the_event_loop_logs_under_the_requests_id(lines: io.StringIO) -> None:
    """A task that a request's thread hands to the loop, and the tasks that it makes there, carry the id."""

    async def work() -> None:
        logging.getLogger("work").info("here")
        await asyncio.create_task(more())

    async def more() -> None:
        logging.getLogger("more").info("there")

    loop = Portal()
    with named("r-1"):
        loop.run(work(), 5)
    loop.run(more(), 5)
    assert told(lines) == [("here", "r-1"), ("there", "r-1"), ("there", None)]


def test_outside_of_requests_there_is_no_id() -> None:
    """A thread that has served a request has forgotten it."""
    with named("r-1"):
        assert request_id() == "r-1"
    assert request_id() == "-"


def test_a_line_shows_nothing_that_the_caller_made_up(client: FlaskClient, lines: io.StringIO) -> None:
    """Neither a forged line in the path nor a token in the query is logged."""
    client.get("/nothing%0AINFO%20forged?token=secret")
    client.get("/orders?cursor=secret")
    assert "forged" not in lines.getvalue()
    assert "secret" not in lines.getvalue()
    assert "GET /orders " in lines.getvalue()

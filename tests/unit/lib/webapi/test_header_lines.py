"""Two idempotency keys in one request are refused, and a key that holds a comma is told from them."""

from contextvars import copy_context

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lib.webapi.header_lines import announce_lines
from tests.unit.lib.webapi.test_api import TOKEN, shop

KEY = "Idempotency-Key"


@pytest.fixture
def client() -> FlaskClient:
    """A client of the shop."""
    return shop().test_client()


def ordered(client: FlaskClient, key: str, *lines: str) -> TestResponse:
    """An order whose header lines the server tells; the key is as WSGI joins it."""

    def ask() -> TestResponse:
        announce_lines(["HOST", *lines])
        return client.post("/orders", json={"count": 1}, headers=TOKEN | {KEY: key})

    return copy_context().run(ask)


@pytest.mark.parametrize("lines", [(KEY, KEY), ("IDEMPOTENCY-KEY", "idempotency-key"), (KEY, KEY, KEY)])
def test_a_doubled_key_is_refused(client: FlaskClient, lines: tuple[str, ...]) -> None:
    """On two lines, written in any case, even where both say the same: 422, which names the header."""
    answer = ordered(client, ",".join("k" for _ in lines), *lines)
    assert (answer.status_code, answer.get_json()["type"].rpartition("/")[2]) == (422, "invalid-request")
    assert answer.get_json()["errors"][0]["field"] == "headers.idempotency_key"


def test_a_key_may_hold_a_comma_where_the_server_tells_lines(client: FlaskClient) -> None:
    """On one line it is one key."""
    assert ordered(client, "k,k", KEY).status_code == 201


def test_a_comma_is_a_second_line_where_the_server_tells_none(client: FlaskClient) -> None:
    """The development server joins them too, and says nothing: what may be two keys is refused."""
    for key, status in (("k,k", 422), ("k", 201)):
        assert client.post("/orders", json={"count": 1}, headers=TOKEN | {KEY: key}).status_code == status

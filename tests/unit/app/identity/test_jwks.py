"""Fetching the identity provider's keys over HTTP."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from app.identity import Jwks
from app.identity.jwks import SET_BYTES_MAX
from domain.errors import Unavailable
from lib.portal import Portal
from tests.unit.app.identity.provider import JWKS_URL, ec_key, jwk

KEY_SET = {"keys": [jwk("a", ec_key()), {"kid": "b", "kty": "of another time"}]}


def fetcher(portal: Portal, answer: Callable[[httpx.Request], httpx.Response]) -> Jwks:
    """A fetch whose provider answers like this."""
    return Jwks(portal, httpx.AsyncClient(transport=httpx.MockTransport(answer)), JWKS_URL)


def answering(portal: Portal, status: int = 200, **content: Any) -> Jwks:
    """A fetch whose provider gives always the same answer."""
    return fetcher(portal, lambda _: httpx.Response(status, **content))


def test_a_published_set_is_read(portal: Portal) -> None:
    """GET at the address; keys that we cannot read are left out."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=KEY_SET)

    assert [key.key_id for key in fetcher(portal, answer)()] == ["a"]
    assert [(request.method, str(request.url)) for request in asked] == [("GET", JWKS_URL)]


@pytest.mark.parametrize(
    "content",
    [
        {"text": ""},
        {"text": "<html>"},
        {"content": b"\xff"},
        {"text": "[" * 100_000},
        {"json": None},
        {"json": []},
        {"json": "keys"},
        {"json": {}},
        {"json": {"keys": []}},
        {"json": {"keys": {"kid": "a"}}},
        {"json": {"keys": [None, 7, {}]}},
        {"json": {"keys": [{"kid": "a", "kty": "RSA"}]}},
        {"json": {"keys": [{"kid": "a", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}},
        {"json": {"keys": [{"kid": "a", "kty": 7}]}},
        {"json": {"keys": [{"kid": "a", "kty": "EC", "alg": ["ES256"]}]}},
        {"text": json.dumps(KEY_SET) + " " * SET_BYTES_MAX},
    ],
)
def test_what_is_no_key_set_is_no_answer(portal: Portal, content: dict[str, Any]) -> None:
    """Whatever else stands at the address, the provider counts as away."""
    with pytest.raises(Unavailable):
        answering(portal, **content)()


@pytest.mark.parametrize("status", [204, 301, 302, 304, 400, 401, 404, 429, 500, 503])
def test_another_status_is_no_answer(portal: Portal, status: int) -> None:
    """Nor is a redirect followed: only the address itself is trusted."""
    with pytest.raises(Unavailable, match=str(status)):
        answering(portal, status, json=KEY_SET, headers={"Location": "https://attacker.example/"})()


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_a_broken_connection_is_no_answer(portal: Portal, error: type[httpx.RequestError]) -> None:
    """Refused, timed out, cut, told by the kind alone."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise error("secret detail", request=request)

    with pytest.raises(Unavailable, match=error.__name__):
        fetcher(portal, answer)()


def test_a_set_without_end_is_not_read_to_its_end(portal: Portal) -> None:
    """Reading stops at the limit."""
    read: list[bytes] = []

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                read.append(b" " * 1024)
                yield read[-1]

    with pytest.raises(Unavailable, match="too large"):
        fetcher(portal, lambda _: httpx.Response(200, stream=Endless()))()
    assert len(read) == SET_BYTES_MAX // 1024 + 1

"""What each answer to a call means: done, refused, unknown or broken."""

from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from clients.http import ANSWER_TIMEOUT_S, CONNECT_TIMEOUT_S, Service, parse, pooled_client
from domain.errors import ContractBroken, Refused, Unavailable
from tests.unit.clients.conftest import Callee


@pytest.fixture
def service(http: httpx.AsyncClient) -> Service:
    """A service whose contract knows two refusals."""
    return Service(http, "http://callee/", "token-of-ours", {"sold-out", "not-found"})


async def outcome(service: Service) -> Exception:
    """The error of a call that does not succeed."""
    with pytest.raises((Refused, Unavailable, ContractBroken)) as raised:
        await service.call("POST", "/things", key="k1", body={"a": 1})
    return raised.value


async def test_a_call_names_itself_and_its_caller(service: Service, callee: Callee) -> None:
    """Service token, key and JSON body go out; the object comes back."""
    callee.answers(201, {"ok": True})
    assert await service.call("POST", "/things", key="k1", body={"a": 1}) == {"ok": True}
    (request,) = callee.requests
    assert str(request.url) == "http://callee/things"
    assert request.headers["Authorization"] == "Bearer token-of-ours"
    assert request.headers["Idempotency-Key"] == "k1"
    assert request.read() == b'{"a":1}'


async def test_a_reading_call_needs_no_key(service: Service, callee: Callee) -> None:
    """Without a key no header is sent."""
    await service.call("GET", "/things", params={"limit": 5})
    assert "Idempotency-Key" not in callee.requests[0].headers
    assert callee.asked == ("GET", "/things?limit=5")


async def test_no_content_is_done(service: Service, callee: Callee) -> None:
    """204 says that there is nothing to tell."""
    callee.response = lambda: httpx.Response(204)
    assert await service.call("DELETE", "/things", key="k1") == {}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"7", b"<html>", b"\xff"])
async def test_2xx_without_an_object_is_unknown(service: Service, callee: Callee, content: bytes) -> None:
    """The call may have taken effect; a repeat with the same key will tell."""
    callee.response = lambda: httpx.Response(200, content=content)
    assert isinstance(await outcome(service), Unavailable)


@pytest.mark.parametrize("status", [404, 409, 422])
async def test_a_known_refusal_is_a_refusal(service: Service, callee: Callee, status: int) -> None:
    """Kind, words and further members, without what every problem has."""
    callee.refuses(status, "sold-out", free="0.500")
    error = await outcome(service)
    assert isinstance(error, Refused)
    assert (error.kind, error.detail, error.extra) == ("sold-out", "No.", {"free": "0.500"})


@pytest.mark.parametrize("status", [404, 409, 422])
@pytest.mark.parametrize(
    "content", [{"type": "https://example/problems/unheard-of"}, {"type": 7}, {"type": None}, {}, [], None, "sold-out"]
)
async def test_an_unknown_refusal_breaks_the_contract(
    service: Service, callee: Callee, status: int, content: Any
) -> None:
    """Only what is documented is a refusal; a proxy's 404 is none."""
    callee.answers(status, content)
    assert isinstance(await outcome(service), ContractBroken)


@pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 405, 410, 413, 415])
async def test_any_other_answer_breaks_the_contract(service: Service, callee: Callee, status: int) -> None:
    """Even with a known type: a rotated token must not refund every buyer."""
    callee.refuses(status, "sold-out")
    assert isinstance(await outcome(service), ContractBroken)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 501, 502, 503, 504, 599])
async def test_a_temporary_answer_is_unknown(service: Service, callee: Callee, status: int) -> None:
    """Even with a known type."""
    callee.refuses(status, "sold-out")
    error = await outcome(service)
    assert isinstance(error, Unavailable)
    assert error.retry_after_s is None


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("0", 0),
        ("3", 3),
        ("60", 60),
        ("61", 60),
        ("9" * 400, 60),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("soon", None),
        ("Sat, 21 Nov 2026 09:30:00 GMT", None),
    ],
)
async def test_a_callee_may_ask_to_be_left_alone(
    service: Service, callee: Callee, given: str, seconds: float | None
) -> None:
    """Whole seconds up to a minute; anything else leaves the saga its own pace."""
    callee.answers(503, {}, headers={"Retry-After": given})
    error = await outcome(service)
    assert isinstance(error, Unavailable)
    assert error.retry_after_s == seconds


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectTimeout("late"),
        httpx.ReadTimeout("late"),
        httpx.WriteTimeout("late"),
        httpx.PoolTimeout("late"),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("half an answer"),
    ],
)
async def test_no_answer_is_unknown(service: Service, callee: Callee, error: Exception) -> None:
    """The request may have left."""
    callee.response = error
    assert isinstance(await outcome(service), Unavailable)


CLOSED = [
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
    httpx.ReadError("reset"),
    httpx.WriteError("broken pipe"),
]


@pytest.mark.parametrize("error", CLOSED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(("method", "key"), [("GET", None), ("POST", "k"), ("PATCH", "k"), ("DELETE", "k")])
async def test_a_request_under_which_the_connection_closes_is_sent_once_more(
    service: Service, callee: Callee, error: Exception, method: str, key: str | None
) -> None:
    """At once and the same: callees are idempotent by state; twice in a row is no answer."""
    callee.responds([error, httpx.Response(200, json={"a": 1})])
    body = {"b": 2} if key else None
    assert await service.call(method, "/things", key=key, body=body, params={"c": 3}) == {"a": 1}
    first, again = callee.requests
    assert (first.method, first.url, first.headers, first.content) == (
        again.method,
        again.url,
        again.headers,
        again.content,
    )
    callee.responds([error, error])
    with pytest.raises(Unavailable):
        await service.call(method, "/things", key=key)


async def test_what_may_not_be_repeated_is_sent_once(service: Service, callee: Callee) -> None:
    """A write without a key, and whatever may still be under way where no answer came in time."""
    for error, key in ((httpx.ReadError("reset"), None), (httpx.ReadTimeout("late"), "k")):
        callee.requests.clear()
        callee.response = error
        with pytest.raises(Unavailable):
            await service.call("POST", "/things", key=key)
        assert len(callee.requests) == 1


async def test_an_error_tells_neither_token_nor_body(service: Service, callee: Callee) -> None:
    """Errors stand in logs and in Temporal's histories."""
    callee.answers(401, {"type": "x/unauthenticated", "detail": "token-of-ours is wrong"})
    assert "token-of-ours" not in str(await outcome(service))


async def test_the_pooled_client_has_limits() -> None:
    """Each wait has an end, and the answer's comes before the step's attempt ends (10 s)."""
    async with pooled_client() as client:
        assert client.timeout == httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    assert ANSWER_TIMEOUT_S < 10


def test_content_that_is_not_as_agreed_breaks_the_contract() -> None:
    """The error counts the fields and shows no content."""

    class Thing(BaseModel):
        name: str

    assert parse(Thing, {"name": "x"}).name == "x"
    with pytest.raises(ContractBroken, match="Thing: 1 fields"):
        parse(Thing, {"name": None})


async def test_what_a_refusal_says_is_cut_to_what_can_be_kept(service: Service, callee: Callee) -> None:
    """Histories, timelines and records have limits, and take no text that is none: numbers stay, words are cut."""
    callee.response = lambda: httpx.Response(
        409,
        content=b'{"type": "p/sold-out", "detail": "\\ud800\\u0000\\n%s", "current_amount": 7, "more": "%s"}'
        % ((b"x" * 10_000,) * 2),
    )
    error = await outcome(service)
    assert isinstance(error, Refused)
    assert error.detail == "   " + "x" * 497
    assert error.extra == {"current_amount": 7, "more": "x" * 500}


async def test_what_no_header_bears_breaks_the_contract(service: Service) -> None:
    """A key with an id that none of ours is: tried again it would be the same, so that the saga parks."""
    with pytest.raises(ContractBroken, match="ASCII"):
        await service.call("POST", "/things", key="payment-success/pi_é\u2026/retrieve-payment")

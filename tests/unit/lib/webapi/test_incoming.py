"""A request on its way in: where it ends, what it may not be, and that gunicorn's parser finds the same end."""

from typing import Any

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped]

from lib.webapi.connections import Whole
from lib.webapi.incoming import HEAD_BYTES_MAX, BodyTooLarge, HeadTooLarge, Incoming

BODY_MAX = 1000
HOST = b"Host: intake\r\n"
CHUNKED = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
# What is sent, and the body that the application reads.
REQUESTS = {
    "no body": (b"GET / HTTP/1.1\r\n" + HOST + b"\r\n", b""),
    "no header": (b"GET / HTTP/1.1\r\n\r\n", b""),
    "an empty line before it": (b"\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n", b""),
    "a length": (b"POST / HTTP/1.1\r\n" + HOST + b"content-LENGTH:  5 \r\n\r\nhello", b"hello"),
    "a length of HTTP/1.0": (b"POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
    "a body like a head": (b"POST / HTTP/1.1\r\nContent-Length: 8\r\n\r\n\r\n\r\n\r\n\r\n", b"\r\n\r\n\r\n\r\n"),
    "chunks": (CHUNKED + b"5\r\nhello\r\n0A\r\n 0\r\n\r\n0\r\n\r\r\n0\r\n\r\n", b"hello 0\r\n\r\n0\r\n\r"),
    "chunks with extensions": (CHUNKED + b'1;a="b\\"c"\r\nh\r\n0;last\r\n\r\n', b"h"),
    "chunks with trailers": (CHUNKED + b"1\r\nh\r\n0\r\nX-Sum: 1\r\nX-Other: 2\r\n\r\n", b"h"),
    "no chunk": (CHUNKED + b"0\r\n\r\n", b""),
}
# What gunicorn's parser refuses, whole or not: nobody waits for the rest.
REFUSED = {
    "a bare line end": b"GET / HTTP/1.1\nHost: intake\n\n",
    "a bare line end in the head": b"GET / HTTP/1.1\r\nHost: intake\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 200\r\n\r\n",
    "a length and chunks": b"POST / HTTP/1.1\r\nContent-Length: 200\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a length that is none": b"POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n",
    "another coding": b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
    "a chunk's size that is none": CHUNKED + b"0x5\r\n",
    "a negative chunk": CHUNKED + b"-5\r\n",
    "a chunk's size without digits": CHUNKED + b"\r\n",
}


def parsed(request: bytes) -> tuple[Any, bytes]:
    """What gunicorn makes of it: the message and its body; nothing is left over."""
    parser = RequestParser(Config(), (), ("127.0.0.1", 1))
    parser.unreader = Whole(request)
    message = next(parser)
    body = message.body.read()
    assert not parser.unreader.take_buffered()
    return message, body


@pytest.mark.parametrize("case", REQUESTS)
@pytest.mark.parametrize("step", [1, 2, 3, 1000])
def test_a_request_is_whole_with_its_last_byte(case: str, step: int) -> None:
    """However its bytes come; gunicorn then reads exactly as many."""
    sent, body = REQUESTS[case]
    incoming = Incoming(BODY_MAX)
    for at in range(0, len(sent), step):
        assert incoming.take() is None
        incoming.add(sent[at : at + step])
    request = incoming.take()
    assert request == sent
    assert parsed(request)[1] == body
    assert (len(incoming), incoming.take()) == (0, None)


def test_requests_may_follow_each_other_closely() -> None:
    """Each is taken by itself, in their order, and the rest waits for more."""
    incoming = Incoming(BODY_MAX)
    requests = [sent for sent, _ in REQUESTS.values()]
    incoming.add(b"".join(requests) + b"GET /unfinished")
    assert [incoming.take() for _ in requests] == requests
    assert (incoming.take(), len(incoming)) == (None, len(b"GET /unfinished"))


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_certain_end_is_refused_at_once(case: str) -> None:
    """It counts as whole, so that gunicorn's parser refuses it, which never waits for more of it."""
    incoming = Incoming(BODY_MAX)
    incoming.add(REFUSED[case])
    request = incoming.take()
    assert request is not None
    with pytest.raises(ParseException):
        parsed(request)


def test_a_head_has_a_limit() -> None:
    """Whether it has ended or not."""
    for sent in (b"GET /" + b"a" * HEAD_BYTES_MAX, b"GET / HTTP/1.1\r\nX: " + b"a" * HEAD_BYTES_MAX + b"\r\n\r\n"):
        incoming = Incoming(BODY_MAX)
        incoming.add(sent)
        with pytest.raises(HeadTooLarge):
            incoming.take()


@pytest.mark.parametrize(
    "sent",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n",
        CHUNKED + b"FFFFFF\r\n",
        CHUNKED + b"1\r\n.\r\n" * 20_000,
        CHUNKED + b"0\r\n" + b"X: y\r\n" * 20_000,
    ],
    ids=["by its length", "by a chunk's size", "in small chunks", "by its trailers"],
)
def test_a_body_has_a_limit(sent: bytes) -> None:
    """It is refused before it has come, where its head tells."""
    incoming = Incoming(BODY_MAX)
    incoming.add(sent)
    with pytest.raises(BodyTooLarge):
        incoming.take()


def test_a_client_that_asks_is_told_once_to_send_its_body() -> None:
    """The expectation is answered here, so gunicorn does not see it; without a body to come there is no answer."""
    incoming = Incoming(BODY_MAX)
    incoming.add(b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
    assert incoming.take() is None
    assert [incoming.wants_to_be_asked(), incoming.wants_to_be_asked()] == [True, False]
    incoming.add(b"{}")
    request = incoming.take()
    assert request == b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"
    assert not incoming.wants_to_be_asked()


def test_an_expectation_of_http_1_0_is_ignored() -> None:
    """Its client knows no interim answer (RFC 9110, 10.1.1)."""
    incoming = Incoming(BODY_MAX)
    incoming.add(b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert incoming.take() is None
    assert not incoming.wants_to_be_asked()


def test_what_came_is_forgotten_where_nobody_will_read_it() -> None:
    """Nothing is held, and the next request is read from its beginning."""
    incoming = Incoming(BODY_MAX)
    incoming.add(CHUNKED + b"5\r\nhel")
    assert incoming.take() is None
    incoming.clear()
    assert len(incoming) == 0
    incoming.add(REQUESTS["a length"][0])
    assert incoming.take() == REQUESTS["a length"][0]

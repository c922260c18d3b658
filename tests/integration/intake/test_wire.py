"""What is no proper HTTP, byte by byte: a problem with an id each time, and nobody else waits for it."""

import json
import socket
import time
from contextlib import ExitStack

import httpx
import pytest

from tests.integration.intake.wire import connected
from tools.devstack.shop import Shop

# gunicorn by itself waits 2 s for each of them before it accepts another one; a second for each is enough anywhere.
CLIENTS = 60
JSON_POST = b"POST /development/token HTTP/1.1\r\nHost: intake\r\nContent-Type: application/json\r\n"
CHUNKED = JSON_POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
TWO_KEYS = b"Idempotency-Key: k\r\nIdempotency-key: k\r\n"
BIG = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
# What is sent, and the status of its answer.
MALFORMED = {
    "no request": (b"FOO\r\n\r\n", 400),
    "a version of its own": (b"GET / HTTP/9.9\r\n\r\n", 400),
    "a header without a name": (b"GET /health HTTP/1.1\r\nHost: intake\r\n: x\r\n\r\n", 400),
    "a header's name with a blank": (b"GET /health HTTP/1.1\r\nHost: intake\r\nBad Name: x\r\n\r\n", 400),
    "a path that is no text": (b"GET /\xff\xfe HTTP/1.1\r\nHost: intake\r\n\r\n", 400),
    "a path without an end": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: intake\r\n\r\n", 414),
    "a query without an end": (b"GET /config?" + b"a=b&" * 3000 + b" HTTP/1.1\r\nHost: intake\r\n\r\n", 414),
    "a header without an end": (b"GET /health HTTP/1.1\r\nHost: intake\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431),
    "an expectation": (b"GET /health HTTP/1.1\r\nHost: intake\r\nExpect: miracles\r\n\r\n", 417),
    "two lengths": (JSON_POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    "two hosts": (b"GET /health HTTP/1.1\r\nHost: intake\r\nHost: other\r\n\r\n", 400),
    "two types": (JSON_POST + b"Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 400),
    "two keys": (JSON_POST + TWO_KEYS + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}", 422),
    "a length and chunks": (JSON_POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "a length that is none": (JSON_POST + b"Content-Length: -1\r\n\r\n", 400),
    "a broken chunk": (CHUNKED + b"zz\r\n", 400),
    "chunks beyond the limit": (CHUNKED + BIG * 3 + b"0\r\n\r\n", 413),
    "a body beyond the limit": (
        JSON_POST + b"Content-Length: 200000\r\nConnection: close\r\n\r\n" + b" " * 200_000,
        413,
    ),
    "a body of NULs": (JSON_POST + b"Content-Length: 3\r\nConnection: close\r\n\r\n\0\0\0", 422),
}


def answered(wire: socket.socket) -> httpx.Response:
    """The one answer on a connection that the intake then closes."""
    received = b""
    while part := wire.recv(65536):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    status, *headers = head.decode("latin-1").split("\r\n")
    pairs = [(name, value) for name, _, value in (line.partition(": ") for line in headers)]
    return httpx.Response(int(status.split()[1]), headers=pairs, content=body)


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_no_http_is_a_problem_too(client: Shop, case: str) -> None:
    """Its status says what is wrong, and it has an id, in the header and in the body."""
    sent, status = MALFORMED[case]
    with connected(client) as wire:
        wire.sendall(sent)
        answer = answered(wire)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = json.loads(answer.content)
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["X-Request-Id"] != ""


def test_who_does_not_close_its_connection_holds_nobody_up(client: Shop) -> None:
    """Clients in turn keep a connection that the intake has to close: the next one is answered meanwhile."""
    begun = time.monotonic()
    with ExitStack() as open_ones:
        for _ in range(CLIENTS):
            wire = open_ones.enter_context(connected(client))
            wire.sendall(b"GET /health HTTP/1.1\r\nHost: intake\r\nConnection: close\r\n\r\n")
            assert wire.recv(12) == b"HTTP/1.1 200"
        assert time.monotonic() - begun < CLIENTS

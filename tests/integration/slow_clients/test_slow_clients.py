"""However slowly bytes come and go, and whoever sends them, the intake keeps answering: without a proxy before it."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from stripe import WebhookSignature

from tests.integration.slow_clients.conftest import CONNECTIONS, THREADS

Address = tuple[str, int]

# Far more than there are threads.
CROWD = 16 * THREADS
# 60 s: no answer takes a second; a address that is shut is seen as such on any machine.
PATIENCE_S = 60.0
EVENT = json.dumps({"id": "evt_1", "object": "event", "type": "customer.created", "data": {"object": {}}})
HEAD = b"Host: intake\r\nContent-Type: application/json\r\nContent-Length: 500\r\n"


@pytest.fixture
def client(address: Address) -> Iterator[httpx.Client]:
    """Somebody who sends and reads as fast as they can, each time on a connection of their own."""
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=f"http://{address[0]}:{address[1]}", timeout=PATIENCE_S, limits=limits) as http:
        yield http


def token(client: httpx.Client, buyer: str) -> str:
    """A buyer's token."""
    return str(client.post("/development/token", json={"buyer_id": buyer}).raise_for_status().json()["token"])


@contextmanager
def crowd(address: Address, sent: bytes, size: int = CROWD, *, reads: bool = True) -> Iterator[list[socket.socket]]:
    """Connections that have sent so much and no more; without `reads` they take next to nothing of an answer."""
    with ExitStack() as held:
        wires = [held.enter_context(socket.socket()) for _ in range(size)]
        for wire in wires:
            wire.settimeout(PATIENCE_S)
            if not reads:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            wire.connect(address)
            wire.sendall(sent)
        yield wires


def doors_are_open(client: httpx.Client) -> None:
    """Everybody else is served: the platform, Stripe, and another buyer (who has no such purchase)."""
    signed = WebhookSignature.generate_signature_header(EVENT, "whsec_development", int(time.time()))
    event = client.post("/webhooks/stripe", content=EVENT, headers={"Stripe-Signature": signed})
    buyer = {"Authorization": f"Bearer {token(client, 'bob')}"}
    answers = (client.get("/health"), event, client.get("/purchases/~", headers=buyer))
    assert [answer.status_code for answer in answers] == [200, 200, 404]


def test_dripped_bodies_block_no_endpoint_and_have_an_end(address: Address, client: httpx.Client) -> None:
    """At the events' endpoint, of one buyer, of nobody; who goes on dripping is told 408 when its time is over."""
    alice = f"Authorization: Bearer {token(client, 'alice')}\r\nIdempotency-Key: k\r\n\r\n{{".encode()
    with (
        crowd(address, b"POST /webhooks/stripe HTTP/1.1\r\n" + HEAD + b"\r\n{") as events,
        crowd(address, b"POST /purchases HTTP/1.1\r\n" + HEAD + alice) as _,
        crowd(address, b"POST /purchases HTTP/1.1\r\n" + HEAD + b"\r\n{") as _,
    ):
        doors_are_open(client)
        drips, answer = events[-1], b""
        drips.settimeout(0.1)
        for _ in range(499):
            drips.sendall(b" ")
            try:
                answer = drips.recv(4096)
                break
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408 ")


def test_dripped_heads_block_no_endpoint(address: Address, client: httpx.Client) -> None:
    """Nor does who only connects, nor whoever sends half a chunk."""
    chunk = b"POST /webhooks/stripe HTTP/1.1\r\nHost: intake\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"
    with crowd(address, b"GET /hea") as _, crowd(address, b"") as _, crowd(address, chunk) as _:
        doors_are_open(client)


def test_a_crowd_makes_room_for_others(address: Address, client: httpx.Client) -> None:
    """More connections than the process may have: it closes the oldest of those that hold the most."""
    with crowd(address, b"GET /hea", CONNECTIONS + CROWD) as wires:
        doors_are_open(client)
        assert wires[0].recv(1) == b""


def test_who_does_not_read_blocks_no_endpoint(address: Address, client: httpx.Client) -> None:
    """A long answer, many times over on each connection: no thread waits for its readers."""
    with crowd(address, b"GET /openapi.json HTTP/1.1\r\nHost: intake\r\n\r\n" * 20, reads=False) as _:
        doors_are_open(client)


def test_a_body_of_any_pace_within_its_time_is_taken(address: Address) -> None:
    """A client on a bad line, which asks before it sends its body, and sends the next request right behind."""
    signed = WebhookSignature.generate_signature_header(EVENT, "whsec_development", int(time.time()))
    head = f"Host: intake\r\nStripe-Signature: {signed}\r\nContent-Length: {len(EVENT)}\r\nExpect: 100-continue\r\n\r\n"
    with crowd(address, b"POST /webhooks/stripe HTTP/1.1\r\n" + head.encode(), 1) as (wire,):
        assert wire.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        for byte in EVENT.encode():
            wire.sendall(bytes([byte]))
        assert wire.recv(4096).startswith(b"HTTP/1.1 200 ")
        wire.sendall(b"GET /health HTTP/1.1\r\nHost: intake\r\n\r\nGET /health HTTP/1.1\r\nConnection: close\r\n\r\n")
        received = b""
        while part := wire.recv(4096):
            received += part
        assert received.count(b"HTTP/1.1 200 ") == 2

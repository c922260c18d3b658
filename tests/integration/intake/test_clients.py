"""Clients that go away, stall, or come five hundred at once."""

import socket
import uuid

import httpx
import pytest

from domain.keys import purchase_id_of
from tests.integration.hold import stopped
from tests.integration.intake.conftest import Basket
from tests.integration.intake.wire import RESET, connected, opening
from tests.integration.temporal import TemporalServer
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack


@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_goes_away_changes_nothing(
    own: Stack, client: Shop, engine: TemporalServer, basket: Basket, reset: bool
) -> None:
    """Its purchase is under way when it closes its socket: the same key later gets the answer of that purchase."""
    key = uuid.uuid4().hex
    known = purchase_id_of(client.buyer, key)
    with stopped(own, "start_payment_worker"), connected(client) as wire:
        wire.sendall(opening(client, basket, key))
        engine.wait_until_there(f"purchase/{known}")
        if reset:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        wire.close()
    response = client.open(*basket, key=key)
    assert (response.status_code, response.json()["purchase_id"]) == (201, known)
    assert response.headers["Idempotent-Replayed"] == "true"
    assert len(list(client.pages("payments", "/payments", purchase_id=known))) == 1


def test_a_client_that_stalls_is_let_go(client: Shop, basket: Basket) -> None:
    """Half a request and then nothing: the intake closes the connection, and has bought nothing."""
    key = uuid.uuid4().hex
    request = opening(client, basket, key)
    with connected(client) as in_head, connected(client) as in_body:
        in_head.sendall(request[:40])
        in_body.sendall(request[:-10])
        assert in_head.recv(100).startswith(b"HTTP/1.1 408 ")
        assert in_body.recv(100).startswith(b"HTTP/1.1 408 ")
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        client.purchase(purchase_id_of(client.buyer, key))

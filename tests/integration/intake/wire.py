"""A client that does what HTTP libraries do not: sends and goes away, or sends a part and stalls."""

import json
import socket
import struct
from collections.abc import Mapping
from urllib.parse import urlsplit

from tests.integration.intake.conftest import Basket
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop

# Linger of 0 s: closing resets the connection, as a phone that loses its network may.
RESET = struct.pack("ii", 1, 0)


def connected(client: Shop) -> socket.socket:
    """A connection to the intake."""
    where = urlsplit(client.stack["processes"]["intake"]["url"])
    return socket.create_connection((where.hostname, where.port), timeout=PATIENCE_S)


def opening(client: Shop, basket: Basket, key: str) -> bytes:
    """POST /purchases, byte by byte as `Shop.open` means it."""
    items, amount = basket
    body = json.dumps({"items": items, "amount": amount, "currency": "usd"})
    headers: Mapping[str, str] = client.buyer_headers() | {
        "Host": "intake",
        "Idempotency-Key": key,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    lines = ["POST /purchases HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", body]
    return "\r\n".join(lines).encode()

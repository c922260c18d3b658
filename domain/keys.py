"""Ids and keys that are computed: the same whoever computes them, and however often."""

import hashlib
import json
import uuid

from domain.purchase import Order

# Any of our own: it makes the payments' ids, and must never change. Payments knows it too (services.payments.rules):
# each side computes the id by itself, and an answer that names another one breaks the contract.
PAYMENTS = uuid.UUID("5b0c3f6e-8d1a-4f27-9c43-7e2a6d90b815")


def purchase_id_of(buyer_id: str, key: str) -> str:
    """The purchase of a buyer's Idempotency-Key: nobody else's key leads to it."""
    return hashlib.sha256(f"{buyer_id}\0{key}".encode()).hexdigest()


def payment_id_of(order_id: str) -> str:
    """The id of an order's one payment (UUIDv5, RFC 9562): a saga knows it before its first call."""
    return str(uuid.uuid5(PAYMENTS, order_id))


def fingerprint(order: Order, key: str) -> str:
    """What tells one canonical order from another under the same Idempotency-Key.

    It stands in clear in an update's id. The key, which nobody else knows, keeps an order from being guessed by it.
    """
    content = order.model_dump(mode="json") | {"idempotency_key": key}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

"""Ids and keys that are computed: the same whoever computes them, and however often."""

import hashlib
import json
import uuid

from domain.purchase import Order

# A random namespace of our own for the payments' ids; it must never change. Payments has the same one
# (services.payments.rules): each side computes the id by itself, and an answer with another id breaks the contract.
PAYMENTS = uuid.UUID("5b0c3f6e-8d1a-4f27-9c43-7e2a6d90b815")


def purchase_id_of(buyer_id: str, key: str) -> str:
    """The purchase of a buyer's Idempotency-Key: nobody else's key leads to it."""
    return hashlib.sha256(f"{buyer_id}\0{key}".encode()).hexdigest()


def payment_id_of(order_id: str) -> str:
    """The id of an order's one payment (UUIDv5, RFC 9562): a saga knows it before its first call."""
    return str(uuid.uuid5(PAYMENTS, order_id))


def fingerprint(order: Order, key: str) -> str:
    """A digest of the order and its Idempotency-Key: it shows whether a repeat is the same order.

    It stands unencrypted in an update's id. The key, which only the client knows, prevents guessing the order by it.
    """
    content = order.model_dump(mode="json") | {"idempotency_key": key}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

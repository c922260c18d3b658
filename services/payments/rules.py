"""Small pure rules: what a row or a snapshot means, and how a snapshot changes a row."""

import uuid
from typing import Protocol

from providers.port import PaymentStatus, Snapshot
from services.payments.models import Payment

# A random namespace of our own for the payments' ids; it must never change. The sagas have the same one (domain.keys),
# so that they know a payment's id before their first call.
PAYMENTS = uuid.UUID("5b0c3f6e-8d1a-4f27-9c43-7e2a6d90b815")


class Money(Protocol):
    """The amounts that a row and a snapshot both have."""

    @property
    def amount_captured(self) -> int:
        """In minor units."""

    @property
    def amount_refunded(self) -> int:
        """In minor units."""

    @property
    def amount_disputed(self) -> int:
        """In minor units."""


def payment_id_of(purchase_id: str) -> str:
    """The id of a purchase's one payment (UUIDv5, RFC 9562): the same whoever computes it, and however often."""
    return str(uuid.uuid5(PAYMENTS, purchase_id))


def key(row: Payment, operation: str) -> str:
    """The operation's key at the provider: the same until its answer is known."""
    return f"{row.purchase_id}:{operation}:{row.key_number(operation)}"


def absorb(row: Payment, seen: Snapshot) -> None:
    """Take over what the provider showed unless a later answer overtook it.

    Paid never goes back to payable, and canceled is final.
    """
    stale = row.status is PaymentStatus.PAID and seen.status in {PaymentStatus.PAYABLE, PaymentStatus.PROCESSING}
    if row.status is not PaymentStatus.CANCELED and not stale:
        row.status = seen.status
    row.amount_captured = max(row.amount_captured, seen.amount_captured)
    # No maximum: a refund that the bank fails comes back.
    row.amount_refunded = seen.amount_refunded
    row.refunded_since = seen.refunded_since
    row.amount_disputed = seen.amount_disputed
    row.failed_attempts = max(row.failed_attempts, seen.failed_attempts)
    row.disputed = seen.disputed
    row.disputes_open = seen.disputes_open
    # A counter: once the bank has failed the only one, nothing is refunded and the provider is not asked for refunds.
    row.refunds_by_hand = max(row.refunds_by_hand, seen.refunds_by_hand)
    row.capture_before = seen.capture_before if authorised(row) else None
    row.amount_authorised = seen.amount_authorised if authorised(row) else 0


def authorised(row: Payment) -> bool:
    """The bank holds the money, and nobody has taken it yet."""
    return row.status is PaymentStatus.PAID and not captured(row)


def canceled(seen: Snapshot) -> bool:
    """No charge any more."""
    return seen.status is PaymentStatus.CANCELED


def captured(money: Money) -> bool:
    """The buyer was charged, however much: it cannot be canceled any more."""
    return money.amount_captured > 0


def charged(money: Money, amount: int | None) -> bool:
    """The buyer was charged what the order costs, no less and no more."""
    return money.amount_captured == amount


def refunded(money: Money) -> bool:
    """All that was charged is given back."""
    return 0 < money.amount_captured <= money.amount_refunded


def given_up(money: Money) -> bool:
    """All that was charged is given back, or withdrawn by a bank: there is nothing left to refund."""
    return 0 < money.amount_captured <= money.amount_refunded + money.amount_disputed

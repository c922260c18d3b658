"""The three ways in which a call fails. Any other exception is a bug."""

from enum import StrEnum
from typing import Any


class RefusalKind(StrEnum):
    """Every documented refusal; the value is the last part of its problem's type."""

    NOT_FOUND = "not-found"
    INVALID_REQUEST = "invalid-request"
    # Payments'.
    PAYMENT_PAID = "payment-paid"
    PAYMENT_PROCESSING = "payment-processing"
    PAYMENT_CANCELED = "payment-canceled"
    PAYMENT_MISMATCH = "payment-mismatch"
    PAYMENT_NOT_CAPTURABLE = "payment-not-capturable"
    PAYMENT_NOT_REFUNDABLE = "payment-not-refundable"
    PURCHASES_OPEN = "purchases-open"
    # Projects'.
    SOLD_OUT = "sold-out"
    PRICE_CHANGED = "price-changed"
    TOO_MANY_OPEN = "too-many-open"
    TOO_MUCH_HELD = "too-much-held"
    RESERVATION_CLOSED = "reservation-closed"
    RESERVATION_COMMITTED = "reservation-committed"
    RESERVATION_MISMATCH = "reservation-mismatch"
    # Users'.
    OFFSET_REVOKED = "offset-revoked"
    # The intake's own, and its sagas'.
    FORBIDDEN = "forbidden"
    OPENING_FAILED = "opening-failed"
    IDEMPOTENCY_KEY_REUSED = "idempotency-key-reused"
    CANCEL_UNDER_WAY = "cancel-under-way"
    NOT_CANCELABLE = "not-cancelable"
    # What operators ask for.
    NOT_PARKED = "not-parked"
    NOT_OFFERED = "not-offered"
    NOT_SEEN = "not-seen"
    NOT_TERMINATED = "not-terminated"
    AMBIGUOUS = "ambiguous"
    INVALID_QUERY = "invalid-query"


class Refused(Exception):
    """The callee has refused. Asking again gives the same answer.

    `kind` is the last part of the problem's type (a RefusalKind, or text that an older or newer program has written),
    `extra` its further members (`current_amount`).
    """

    def __init__(self, kind: str, detail: str, extra: dict[str, Any] | None = None) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.extra = extra or {}


class Unavailable(Exception):
    """No answer, or none that decides: the call may have taken effect. Repeat it with the same key.

    `retry_after_s` is how long the callee asked to be left alone, in seconds.
    """

    def __init__(self, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class ContractBroken(Exception):
    """An answer that the callee's contract does not know (a rotated token, a changed API): an operator has to act."""

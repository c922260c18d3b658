"""Offset that is held for a payment, and what a buyer has got by one."""

from enum import StrEnum

from domain.purchase import Frozen


class ReservationStatus(StrEnum):
    """Where a reservation stands."""

    RESERVED = "reserved"
    COMMITTED = "committed"
    CLOSED = "closed"
    RETURNED = "returned"


class Reservation(Frozen):
    """Offset held for a payment, as Projects shows it."""

    payment_id: str
    status: ReservationStatus
    closed_by: str | None = None


class OffsetStatus(StrEnum):
    """Where a buyer's offset stands; `revoked` for good."""

    DELIVERED = "delivered"
    REVOKED = "revoked"


class BuyerOffset(Frozen):
    """The offset of a buyer by one payment, as Users shows it."""

    payment_id: str
    status: OffsetStatus

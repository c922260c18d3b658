"""What Users takes and shows."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field

from lib.webapi import NextCursor, RequestModel, ResponseModel
from services.common.values import (
    ITEMS_MAX,
    PAYMENT_ID_EXAMPLE,
    PURCHASE_ID_EXAMPLE,
    Id,
    Item,
    PaymentId,
    item_responses,
)
from services.users.models import Offset


class UserResponse(ResponseModel):
    """A buyer."""

    user_id: str = Field(examples=["alice"])


class OffsetRequest(RequestModel):
    """The offset that a payment has bought."""

    payment_id: PaymentId = Field(examples=[PAYMENT_ID_EXAMPLE])
    purchase_id: Id = Field(examples=[PURCHASE_ID_EXAMPLE])
    items: list[Item] = Field(min_length=1, max_length=ITEMS_MAX)


class OffsetResponse(ResponseModel):
    """A buyer's offset; the tombstone of one that was revoked before it came has no purchase and no items."""

    payment_id: str = Field(examples=[PAYMENT_ID_EXAMPLE])
    purchase_id: str | None = Field(description="null on a tombstone", examples=[PURCHASE_ID_EXAMPLE])
    items: list[Item]
    created_at: datetime = Field(examples=["2026-11-21T09:00:00Z"])

    @classmethod
    def of(cls, row: Offset) -> Self:
        """The row as it is shown."""
        return cls(**_fields(row))


class FoundOffsetResponse(OffsetResponse):
    """A payment's offset by name: the buyer has it, or it is revoked for good."""

    status: Literal["delivered", "revoked"]

    @classmethod
    def of(cls, row: Offset) -> Self:
        """The row as it is shown."""
        return cls(**_fields(row), status="revoked" if row.revoked else "delivered")


class OwnedOffsetResponse(OffsetResponse):
    """A buyer's offset among all buyers'."""

    user_id: str = Field(examples=["alice"])

    @classmethod
    def of(cls, row: Offset) -> Self:
        """The row as it is shown."""
        return cls(**_fields(row), user_id=row.user_id)


class OffsetPage(ResponseModel):
    """A page of a buyer's offsets, newest first; revoked ones are none."""

    items: list[OffsetResponse]
    next_cursor: NextCursor


class OwnedOffsetPage(ResponseModel):
    """A page of all buyers' offsets, newest first; revoked ones are none."""

    items: list[OwnedOffsetResponse]
    next_cursor: NextCursor


def _fields(row: Offset) -> dict[str, Any]:
    return {
        "payment_id": row.payment_id,
        "purchase_id": row.purchase_id,
        "items": item_responses(row.items),
        "created_at": row.created_at,
    }

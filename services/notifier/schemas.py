"""What the Notifier takes and shows: a CloudEvent, of which it reads no more than it needs to keep and to find it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from lib.webapi import NextCursor, NumberedPageQuery, ResponseModel
from services.common.values import PAYMENT_ID_EXAMPLE, PURCHASE_ID_EXAMPLE, Id

EXAMPLE: JsonDict = {
    "specversion": "1.0",
    "id": f"payment-success/{PAYMENT_ID_EXAMPLE}/notify",
    "source": "/payment-success",
    "type": "payment.success",
    "subject": PURCHASE_ID_EXAMPLE,
    "time": "2026-03-01T12:00:00Z",
    "datacontenttype": "application/json",
    "data": {
        "purchase_id": PURCHASE_ID_EXAMPLE,
        "payment_id": PAYMENT_ID_EXAMPLE,
        "buyer_id": "alice",
        "amount": 1800,
        "currency": "usd",
        "items": [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}],
        "status": "paid",
    },
}


class EventData(BaseModel):
    """What happened to a purchase; everything beside the purchase's id is kept and shown unread."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    purchase_id: Id = Field(examples=[PURCHASE_ID_EXAMPLE])


class CloudEvent(BaseModel):
    """A CloudEvent 1.0 about a purchase; attributes that are not named here are kept and shown unread."""

    # An error names the field but not the value, which must not stand in a log.
    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        strict=True,
        json_schema_extra={"examples": [EXAMPLE]},
        hide_input_in_errors=True,
    )

    specversion: Literal["1.0"]
    id: str = Field(min_length=1, max_length=255)
    source: str = Field(min_length=1)
    type: str = Field(min_length=1)
    data: EventData


class NotificationQuery(NumberedPageQuery):
    """Which page of the notifications, and of which purchase."""

    purchase_id: Id | None = Field(default=None, description="only this purchase's", examples=[PURCHASE_ID_EXAMPLE])


class NotificationPage(ResponseModel):
    """A page of notifications in the order of their arrival."""

    items: list[CloudEvent]
    next_cursor: NextCursor

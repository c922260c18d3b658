"""What the Notifier takes and shows: a CloudEvent, of which it reads no more than it needs to keep and to find it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.common.values import Id
from webapi import PageQuery, Shown

EXAMPLE: JsonDict = {
    "specversion": "1.0",
    "id": "payment-success/pi_1/notify",
    "source": "/payment-success",
    "type": "payment.success",
    "subject": "3f5a",
    "time": "2026-03-01T12:00:00Z",
    "datacontenttype": "application/json",
    "data": {
        "purchase_id": "3f5a",
        "payment_id": "pi_1",
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

    purchase_id: Id


class CloudEvent(BaseModel):
    """A CloudEvent 1.0 about a purchase; attributes that are not named here are kept and shown unread."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, json_schema_extra={"examples": [EXAMPLE]})

    specversion: Literal["1.0"]
    id: str = Field(min_length=1, max_length=255)
    source: str = Field(min_length=1)
    type: str = Field(min_length=1)
    data: EventData


class NotificationQuery(PageQuery):
    """Which page of the notifications, and of which purchase."""

    purchase_id: Id | None = None


class NotificationPage(Shown):
    """A page of notifications in the order of their arrival."""

    items: list[CloudEvent]
    next_cursor: str | None

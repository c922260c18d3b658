"""Outcomes: how a purchase ended, as it is recorded and as it is shown."""

from typing import Any, Literal

from pydantic import Field

from lib.webapi import RequestModel, ResponseModel
from services.common.values import PAYMENT_ID_EXAMPLE, Time
from services.payments.orders import Order

# 100: even a purchase that is open for a day, with a retrieval every few minutes, has fewer entries.
TIMELINE_MAX = 100
ANSWER_EXAMPLE = {"payment_id": PAYMENT_ID_EXAMPLE}
OutcomeStatus = Literal["paid", "failed", "expired", "canceled", "refunded", "rejected"]


class TimelineEntry(RequestModel):
    """One event of a purchase."""

    at: Time
    event: str = Field(min_length=1, max_length=100, examples=["offset_reserved"])
    # 1,000 characters: a sentence and a provider's message.
    detail: str | None = Field(default=None, max_length=1000, examples=["1.500 tCO2e of Mangrove 2"])


class OutcomeRequest(Order):
    """How a purchase ended; the order too, for a purchase that was rejected before a payment existed."""

    status: OutcomeStatus
    reason: str | None = Field(
        default=None, max_length=100, description="kind of the problem that it was refused with", examples=["sold-out"]
    )
    fingerprint: str = Field(
        max_length=255, description="of the request that opened the purchase", examples=["9c1f0b7a5d3e2846"]
    )
    answer: dict[str, Any] | None = Field(
        default=None,
        description="what the intake answered when it opened",
        examples=[ANSWER_EXAMPLE],
    )
    timeline: list[TimelineEntry] = Field(max_length=TIMELINE_MAX)


class OutcomeResponse(ResponseModel):
    """How a purchase ended, as it was recorded first."""

    status: OutcomeStatus
    reason: str | None = Field(description="kind of the problem that it was refused with", examples=["sold-out"])
    fingerprint: str = Field(description="of the request that opened the purchase", examples=["9c1f0b7a5d3e2846"])
    answer: dict[str, Any] | None = Field(
        description="what the intake answered when it opened", examples=[ANSWER_EXAMPLE]
    )
    timeline: list[TimelineEntry]
    recorded_at: Time

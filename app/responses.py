"""What callers are shown; the same models make the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from domain.messages import PurchaseView
from domain.payment import NextAction
from domain.purchase import Answer, PurchaseStatus
from lib.webapi import NextCursor, ResponseModel

PAYMENT_ID_EXAMPLE = "0f2c5a6e-6b1d-5d3c-9c0e-3a9b7d1e4f58"
PurchaseId = Annotated[
    str,
    Field(
        description="made of the buyer and the Idempotency-Key",
        examples=["3f5a1c0d2ab5d84f7c9d0c6a1f5f0a7b11e2d4c6b8a09f8e7d6c5b4a39281706"],
    ),
]


class StripeActionResponse(ResponseModel):
    """The buyer's browser confirms the payment at Stripe."""

    type: Literal["stripe"]
    client_secret: str = Field(description="with it the browser confirms", examples=["pi_3QK1_secret_x7"])
    payment_intent: str = Field(description="what it confirms", examples=["pi_3QK1"])


class RedirectActionResponse(ResponseModel):
    """The buyer's browser goes to the provider's page."""

    type: Literal["redirect"]
    url: str = Field(description="where the browser goes", examples=["https://pay.example.com/1"])


class NoActionResponse(ResponseModel):
    """The buyer has nothing to do."""

    type: Literal["none"]


class AnswerResponse(ResponseModel):
    """An open purchase: what the buyer's page needs to pay."""

    purchase_id: PurchaseId
    payment_id: str = Field(description="made of the purchase's id", examples=[PAYMENT_ID_EXAMPLE])
    status: PurchaseStatus = Field(examples=["awaiting_payment"])
    amount: int = Field(description="minor units", examples=[1800])
    currency: str = Field(examples=["usd"])
    expires_at: datetime = Field(description="until then the offset is held", examples=["2026-11-21T09:30:00Z"])
    next_action: StripeActionResponse | RedirectActionResponse | NoActionResponse = Field(
        discriminator="type", description="what the buyer has to do so that the payment is paid"
    )

    @classmethod
    def of(cls, answer: Answer, action: NextAction) -> Self:
        """The opening's answer as it is shown, with what was read for it."""
        content = answer.model_dump(exclude={"opened_by"})
        return cls(**content, next_action=action.model_dump())


class OpenedHeaders(BaseModel):
    """What comes with an open purchase."""

    location: str = Field(alias="Location", description="the purchase", examples=["/purchases/3f5a1c0d2ab5d84f"])
    idempotent_replayed: Literal["true"] | None = Field(
        default=None,
        alias="Idempotent-Replayed",
        description="there on a repeat: the answer is the first request's",
        examples=["true"],
    )


class EntryResponse(ResponseModel):
    """Something that happened to the purchase."""

    at: datetime = Field(examples=["2026-11-21T09:00:01Z"])
    event: str = Field(examples=["offset_reserved"])
    detail: str = Field(default="", description="for people", examples=["1.500 tCO2e of Mangrove 2"])


class ItemResponse(ResponseModel):
    """A quantity (tCO2e) of one milestone's offset."""

    project_id: str = Field(examples=["mangrove"])
    milestone_id: str = Field(examples=["mangrove-2"])
    quantity: str = Field(description="tCO2e, with three places", examples=["1.500"])


class PurchaseResponse(ResponseModel):
    """A purchase as its buyer sees it."""

    purchase_id: PurchaseId
    payment_id: str = Field(description="made of the purchase's id", examples=[PAYMENT_ID_EXAMPLE])
    status: PurchaseStatus = Field(examples=["awaiting_payment"])
    reason: str | None = Field(description="why it was refused or failed", examples=["sold-out"])
    items: list[ItemResponse]
    amount: int = Field(description="minor units", examples=[1800])
    currency: str = Field(description="ISO 4217, lower case", examples=["usd"])
    created_at: datetime = Field(examples=["2026-11-21T09:00:00Z"])
    expires_at: datetime | None = Field(description="until then the offset is held", examples=["2026-11-21T09:30:00Z"])
    timeline: list[EntryResponse]

    @classmethod
    def of(cls, view: PurchaseView) -> Self:
        """The purchase as it is shown."""
        content = view.model_dump(exclude={"order"})
        order = view.order.model_dump(include={"purchase_id", "items", "amount", "currency"})
        return cls(**content, **order)


class PurchasesResponse(ResponseModel):
    """A page of purchases, newest first."""

    items: list[PurchaseResponse]
    next_cursor: NextCursor


class BuyerResponse(ResponseModel):
    """Who the intake knows by a token."""

    buyer_id: str = Field(examples=["alice"])


class ConfigResponse(ResponseModel):
    """What a page needs to know before it can sell."""

    publishable_key: str = Field(description="the provider's key for the browser", examples=["pk_test_development"])
    provider: Literal["stripe", "simulator"] = Field(description="simulator: test cards only, and no money moves")
    provider_url: str = Field(description="the provider's URL for the browser", examples=["https://api.stripe.com"])
    capture_mode: Literal["automatic", "manual"] = Field(
        description="manual: the money is only authorised until the offset is sold"
    )
    payment_attempts: int = Field(description="failed attempts to pay that end a purchase", examples=[1])
    development_buyers: list[str] = Field(
        description="for whom anyone may have a token; empty in production", examples=[["alice", "bob"]]
    )


class ReceivedResponse(ResponseModel):
    """The event is stored, or none of ours."""

    received: Literal[True] = True

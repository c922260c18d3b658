"""What buyers may send and are shown; the same models make the OpenAPI document."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from app.refusals import AMOUNT_TOO_SMALL
from domain.money import AMOUNT_MAX, AMOUNT_MIN, QUANTITY_PATTERN, canonical
from domain.purchase import Item, Order, PurchaseStatus
from lib.webapi import Body, NextCursor, NumberedPageQuery, Shown
from lib.webapi.problem_types import KEY_MISSING

# A purchase has 1 to 20 items.
ITEMS_MAX = 20

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class KeyHeader(BaseModel):
    """The header that tells a repeat from another purchase: 1 to 255 printable ASCII characters, as Stripe takes them.

    Raises 400 `idempotency-key-missing` without it, or when it is empty.
    """

    model_config = ConfigDict(frozen=True)

    # The second name is the one that APIFlask gives a header, the first the one that clients know.
    key: str = Field(
        validation_alias=AliasChoices("Idempotency-Key", "idempotency_key"),
        pattern=r"^[\x20-\x7e]{1,255}$",
        description="one key for one purchase; a repeat with the same key and body gets the same answer",
        examples=["0d6f3f0c-2b1f-4f6e-9a55-6f2b9a0d7c11"],
    )

    @model_validator(mode="before")
    @classmethod
    def refuse_the_keyless(cls, headers: dict[str, Any]) -> dict[str, Any]:
        """Raise the refusal that the design has for a purchase without a key."""
        if not headers.get("idempotency_key"):
            raise KEY_MISSING.problem("Send the header Idempotency-Key: one key for one purchase.")
        return headers


OnBehalfOf = Annotated[
    Id | None,
    Field(
        description="the buyer for whom a server acts: required with an API key, refused from a buyer",
        examples=["alice"],
    ),
]


class ItemBody(Body):
    """A quantity of one milestone's offset."""

    project_id: Id = Field(examples=["mangrove"])
    milestone_id: Id = Field(examples=["mangrove-2"])
    quantity: Annotated[str, StringConstraints(pattern=QUANTITY_PATTERN)] = Field(
        description="tCO2e as a plain decimal: above 0, at most 1,000,000 and 3 places", examples=["1.500"]
    )


def _order_schema(schema: dict[str, Any]) -> None:
    """What validators check below, as far as JSON Schema can say it."""
    schema["properties"]["items"]["uniqueItems"] = True
    schema["properties"]["currency"]["enum"] = list(AMOUNT_MIN)
    schema["anyOf"] = [
        {"properties": {"currency": {"enum": _charged_from(least)}, "amount": {"minimum": least}}}
        for least in sorted(set(AMOUNT_MIN.values()))
    ]


def _charged_from(least: int) -> list[str]:
    return [currency for currency, minimum in AMOUNT_MIN.items() if minimum == least]


class PurchaseBody(Body):
    """An order: the items, and the price that the buyer has agreed to."""

    model_config = ConfigDict(json_schema_extra=_order_schema)

    items: list[ItemBody] = Field(min_length=1, max_length=ITEMS_MAX, description="each milestone once")
    amount: int = Field(gt=0, le=AMOUNT_MAX, description="minor units", examples=[1800])
    currency: str = Field(description=f"ISO 4217, one of {', '.join(AMOUNT_MIN)}", examples=["usd"])
    payment_method: Literal["card"] = Field(default="card", description="how the buyer pays")
    on_behalf_of: OnBehalfOf = None

    @field_validator("currency")
    @classmethod
    def check_currency(cls, currency: str) -> str:
        """A currency that we sell in."""
        if currency not in AMOUNT_MIN:
            raise ValueError(f"the currency must be one of {', '.join(AMOUNT_MIN)}")
        return currency

    @model_validator(mode="after")
    def check_milestones(self) -> Self:
        """Each milestone once."""
        if len({(item.project_id, item.milestone_id) for item in self.items}) != len(self.items):
            raise ValueError("a milestone stands twice")
        return self

    def order(self, purchase_id: str, buyer_id: str) -> Order:
        """The order in its canonical form; 422 `amount-too-small` for what no provider charges."""
        if self.amount < AMOUNT_MIN[self.currency]:
            least = AMOUNT_MIN[self.currency]
            raise AMOUNT_TOO_SMALL.problem(f"The least amount is {least} {self.currency} (minor units).")
        items = [
            Item(project_id=i.project_id, milestone_id=i.milestone_id, quantity=canonical(i.quantity))
            for i in self.items
        ]
        # The order of the items means nothing: two ways to write one purchase have one fingerprint.
        items.sort(key=lambda item: (item.project_id, item.milestone_id))
        return Order(
            purchase_id=purchase_id,
            buyer_id=buyer_id,
            items=tuple(items),
            amount=self.amount,
            currency=self.currency,
        )


class CancelBody(Body):
    """A cancel says nothing; only a server says for whom it cancels."""

    on_behalf_of: OnBehalfOf = None


class BuyerQuery(BaseModel):
    """Whose purchase is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on_behalf_of: OnBehalfOf = None


class PurchasesQuery(NumberedPageQuery):
    """Which page of whose purchases."""

    on_behalf_of: OnBehalfOf = None


def purchase_id(buyer_id: str, key: str) -> str:
    """The purchase of a buyer's idempotency key: nobody else's key leads to it."""
    return hashlib.sha256(f"{buyer_id}\0{key}".encode()).hexdigest()


def fingerprint(order: Order, payment_method: str, key: str) -> str:
    """What tells one canonical body from another under the same key.

    It stands in clear in an update's id. The key, which nobody else knows, keeps an order from being guessed by it.
    """
    content = order.model_dump(mode="json") | {"payment_method": payment_method, "idempotency_key": key}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


PurchaseId = Annotated[
    str,
    Field(
        description="made of the buyer and the Idempotency-Key",
        examples=["3f5a1c0d2ab5d84f7c9d0c6a1f5f0a7b11e2d4c6b8a09f8e7d6c5b4a39281706"],
    ),
]


class AnswerShown(Shown):
    """An open purchase: what the buyer's page needs to pay."""

    purchase_id: PurchaseId
    payment_id: str = Field(description="the provider's id of the payment", examples=["pi_3QK1"])
    status: PurchaseStatus = Field(examples=["awaiting_payment"])
    amount: int = Field(description="minor units", examples=[1800])
    currency: str = Field(examples=["usd"])
    expires_at: datetime = Field(description="until then the offset is held", examples=["2026-11-21T09:30:00Z"])
    client_secret: str = Field(description="lets the buyer's browser pay this payment", examples=["pi_3QK1_secret_x7"])


class OpenedHeaders(BaseModel):
    """What comes with an open purchase."""

    location: str = Field(alias="Location", description="the purchase", examples=["/purchases/3f5a1c0d2ab5d84f"])
    idempotent_replayed: Literal["true"] | None = Field(
        default=None,
        alias="Idempotent-Replayed",
        description="there on a repeat: the answer is the first request's",
        examples=["true"],
    )


class EntryShown(Shown):
    """Something that happened to the purchase."""

    at: datetime = Field(examples=["2026-11-21T09:00:01Z"])
    event: str = Field(examples=["offset_reserved"])
    detail: str = Field(default="", description="for people", examples=["1.500 tCO2e of Mangrove 2"])


class ItemShown(Shown):
    """A quantity (tCO2e) of one milestone's offset."""

    project_id: str = Field(examples=["mangrove"])
    milestone_id: str = Field(examples=["mangrove-2"])
    quantity: str = Field(description="tCO2e, with three places", examples=["1.500"])


class PurchaseShown(Shown):
    """A purchase as its buyer sees it."""

    purchase_id: PurchaseId
    payment_id: str | None = Field(description="null until there is one", examples=["pi_3QK1"])
    status: PurchaseStatus = Field(examples=["awaiting_payment"])
    reason: str | None = Field(description="why it was refused or failed", examples=["sold-out"])
    items: list[ItemShown]
    amount: int = Field(description="minor units", examples=[1800])
    currency: str = Field(description="ISO 4217, lower case", examples=["usd"])
    created_at: datetime = Field(examples=["2026-11-21T09:00:00Z"])
    expires_at: datetime | None = Field(description="until then the offset is held", examples=["2026-11-21T09:30:00Z"])
    timeline: list[EntryShown]


class PurchasesShown(Shown):
    """A page of purchases, newest first."""

    items: list[PurchaseShown]
    next_cursor: NextCursor


class BuyerShown(Shown):
    """Who the intake knows by a token."""

    buyer_id: str = Field(examples=["alice"])


class ConfigShown(Shown):
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


class SignatureHeader(BaseModel):
    """How the provider signs an event."""

    stripe_signature: str = Field(
        alias="Stripe-Signature",
        description="HMAC-SHA256 over time and raw body by one of the endpoint's secrets, at most 300 s old or ahead",
        examples=["t=1763715600,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd"],
    )


class ReceivedShown(Shown):
    """The event is stored, or none of ours."""

    received: Literal[True] = True

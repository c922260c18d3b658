"""What buyers may send and are shown; the same models make the OpenAPI document."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from domain.money import AMOUNT_MAX, AMOUNT_MIN, QUANTITY_PATTERN, canonical
from domain.purchase import Item, Order, PurchaseStatus
from webapi import Body, Problem, Shown

# A purchase has 1 to 20 items.
ITEMS_MAX = 20

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class KeyHeader(BaseModel):
    """The header that tells a repeat from another purchase: 1 to 255 printable ASCII characters, as Stripe takes them.

    Raises 400 `idempotency-key-missing` without it.
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
        if "idempotency_key" not in headers:
            raise Problem(400, "idempotency-key-missing", "Send the header Idempotency-Key: one key for one purchase.")
        return headers


class ItemBody(Body):
    """A quantity of one milestone's offset."""

    project_id: Id = Field(examples=["mangrove"])
    milestone_id: Id = Field(examples=["mangrove-2"])
    quantity: Annotated[str, StringConstraints(pattern=QUANTITY_PATTERN)] = Field(
        description="tCO2e as a plain decimal: above 0, at most 1,000,000 and 3 places", examples=["1.500"]
    )


class PurchaseBody(Body):
    """An order: the items, and the price that the buyer has agreed to."""

    items: list[ItemBody] = Field(min_length=1, max_length=ITEMS_MAX)
    amount: int = Field(gt=0, le=AMOUNT_MAX, description="minor units", examples=[1800])
    currency: str = Field(description=f"ISO 4217, one of {', '.join(AMOUNT_MIN)}", examples=["usd"])
    payment_method: Literal["card"] = "card"

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
            raise Problem(422, "amount-too-small", f"The least amount is {least} {self.currency} (minor units).")
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


def purchase_id(buyer_id: str, key: str) -> str:
    """The purchase of a buyer's idempotency key: nobody else's key leads to it."""
    return hashlib.sha256(f"{buyer_id}\0{key}".encode()).hexdigest()


def fingerprint(order: Order, payment_method: str) -> str:
    """What tells one canonical body from another under the same key."""
    content = order.model_dump(mode="json") | {"payment_method": payment_method}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class AnswerShown(Shown):
    """An open purchase: what the buyer's page needs to pay."""

    purchase_id: str
    payment_id: str = Field(examples=["pi_3QK1"])
    status: PurchaseStatus
    amount: int = Field(description="minor units", examples=[1800])
    currency: str = Field(examples=["usd"])
    expires_at: datetime = Field(description="until then the offset is held")
    client_secret: str = Field(description="lets the buyer's browser pay this payment")


class EntryShown(Shown):
    """Something that happened to the purchase."""

    at: datetime
    event: str = Field(examples=["offset_reserved"])
    detail: str = ""


class ItemShown(Shown):
    """A quantity (tCO2e) of one milestone's offset."""

    project_id: str
    milestone_id: str
    quantity: str = Field(examples=["1.500"])


class PurchaseShown(Shown):
    """A purchase as its buyer sees it."""

    purchase_id: str
    payment_id: str | None
    status: PurchaseStatus
    reason: str | None = Field(description="why it was refused or failed", examples=["sold-out"])
    items: list[ItemShown]
    amount: int = Field(description="minor units")
    currency: str
    created_at: datetime
    expires_at: datetime | None = Field(description="until then the offset is held")
    timeline: list[EntryShown]


class PurchasesShown(Shown):
    """A page of purchases, newest first."""

    items: list[PurchaseShown]
    next_cursor: str | None


class ConfigShown(Shown):
    """What a page needs to know before it can sell."""

    publishable_key: str
    provider_url: str = Field(description="the provider's URL for the browser")
    capture_mode: Literal["automatic", "manual"]


class ReceivedShown(Shown):
    """The event is stored, or none of ours."""

    received: Literal[True] = True

"""What callers may send; the same models make the OpenAPI document."""

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.refusals import AMOUNT_TOO_SMALL
from domain.money import QUANTITY_PATTERN
from domain.purchase import Item, Order
from lib.webapi import NumberedPageQuery, RequestModel, one_of
from lib.webapi.problem_types import KEY_MISSING
from providers.registry import REGISTRY

# A purchase has 1 to 20 items.
ITEMS_MAX = 20
# 999,999,999,999.99: more than any provider takes at once; the method's provider states the least and the most.
AMOUNT_MAX = 99_999_999_999_999

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class KeyHeader(BaseModel):
    """The header that tells a repeat from another purchase: 1 to 255 printable ASCII characters, as Stripe takes them.

    Raises 400 `idempotency-key-missing` without it, or when it is empty.
    """

    model_config = ConfigDict(frozen=True)

    # Clients know the first name; APIFlask gives the header the second one.
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


class ItemRequest(RequestModel):
    """A quantity of one milestone's offset."""

    project_id: Id = Field(examples=["mangrove"])
    milestone_id: Id = Field(examples=["mangrove-2"])
    quantity: Annotated[str, StringConstraints(pattern=QUANTITY_PATTERN)] = Field(
        description="tCO2e as a plain decimal: above 0, at most 1,000,000 and 3 places", examples=["1.500"]
    )


def _order_schema(schema: dict[str, Any]) -> None:
    """The rules of the validators below, as far as JSON Schema can express them."""
    schema["properties"]["items"]["uniqueItems"] = True
    schema["properties"]["currency"]["enum"] = list(REGISTRY.currencies())
    schema["properties"]["payment_method"]["enum"] = list(REGISTRY.methods)
    schema["anyOf"] = REGISTRY.alternatives("payment_method")


class PurchaseRequest(RequestModel):
    """An order: the items, and the price that the buyer has agreed to."""

    model_config = ConfigDict(json_schema_extra=_order_schema)

    items: list[ItemRequest] = Field(min_length=1, max_length=ITEMS_MAX, description="each milestone once")
    # In this order: a validator reads the fields before its own, and a fault names its own field.
    payment_method: Annotated[str, AfterValidator(one_of(REGISTRY.methods))] = Field(
        default="card", description="how the buyer pays"
    )
    currency: str = Field(description=f"ISO 4217, one of {', '.join(REGISTRY.currencies())}", examples=["usd"])
    amount: int = Field(gt=0, le=AMOUNT_MAX, description="minor units", examples=[1800])
    on_behalf_of: OnBehalfOf = None

    @model_validator(mode="after")
    def check_milestones(self) -> Self:
        """Each milestone once."""
        if len({(item.project_id, item.milestone_id) for item in self.items}) != len(self.items):
            raise ValueError("a milestone stands twice")
        return self

    @field_validator("currency")
    @classmethod
    def check_currency(cls, currency: str, known: ValidationInfo) -> str:
        """One that the method's provider takes."""
        method = known.data.get("payment_method")
        return one_of(REGISTRY.capabilities(method).limits)(currency) if method else currency

    @field_validator("amount")
    @classmethod
    def check_amount(cls, amount: int, known: ValidationInfo) -> int:
        """No more than the method's provider takes at once."""
        method, currency = known.data.get("payment_method"), known.data.get("currency")
        most = REGISTRY.capabilities(method).limits[currency].most if method and currency else AMOUNT_MAX
        if amount > most:
            raise ValueError(f"by {method} the most is {most} {currency} (minor units)")
        return amount

    def order(self, purchase_id: str, buyer_id: str) -> Order:
        """The order in its canonical form; 422 `amount-too-small` for less than the method's provider charges."""
        least = REGISTRY.capabilities(self.payment_method).limits[self.currency].least
        if self.amount < least:
            raise AMOUNT_TOO_SMALL.problem(f"The least amount is {least} {self.currency} (minor units).")
        return Order.canonical(
            purchase_id=purchase_id,
            buyer_id=buyer_id,
            items=[Item(**item.model_dump()) for item in self.items],
            amount=self.amount,
            currency=self.currency,
            payment_method=self.payment_method,
        )


class CancelRequest(RequestModel):
    """A cancel says nothing; only a server says for whom it cancels."""

    on_behalf_of: OnBehalfOf = None


class BuyerQuery(BaseModel):
    """Whose purchase is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on_behalf_of: OnBehalfOf = None


class PurchasesQuery(NumberedPageQuery):
    """Which page of whose purchases."""

    on_behalf_of: OnBehalfOf = None


class SignatureHeader(BaseModel):
    """How the provider signs an event."""

    stripe_signature: str = Field(
        alias="Stripe-Signature",
        description="HMAC-SHA256 over time and raw body by one of the endpoint's secrets, at most 300 s old or ahead",
        examples=["t=1763715600,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd"],
    )

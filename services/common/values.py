"""The values on the services' wire: money, quantities and ids (types that validate and describe themselves)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self, TypedDict

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lib.webapi import RequestModel, one_of
from providers.registry import REGISTRY

# 999,999,999,999.99: more than any provider takes at once; the method's provider states the most of a payment.
AMOUNT_MAX = 99_999_999_999_999
KILOGRAMS_PER_TONNE = 1000
# A purchase has 1 to 20 items.
ITEMS_MAX = 20

PAYMENT_ID_EXAMPLE = "0f2c5a6e-6b1d-5d3c-9c0e-3a9b7d1e4f58"
PURCHASE_ID_EXAMPLE = "3f5a1c0d2ab5d84f7c9d0c6a1f5f0a7b11e2d4c6b8a09f8e7d6c5b4a39281706"

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
PaymentId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
# What a provider calls a payment.
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,255}$")]
Amount = Annotated[int, Field(gt=0, le=AMOUNT_MAX, description="minor units", examples=[1800])]
# The registry knows the methods, and is asked when a payment is created.
Method = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9_]{1,32}$"),
    Field(description="how the buyer pays", examples=["card"]),
]
Currency = Annotated[
    str,
    AfterValidator(one_of(REGISTRY.currencies())),
    Field(
        json_schema_extra={"enum": list(REGISTRY.currencies())},
        description="ISO 4217, lower case; those that are sold in",
    ),
]
Time = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$"),
    Field(description="RFC 3339, UTC", examples=["2026-11-21T09:00:00Z"]),
]
# From a tonne on, below a tonne, or the million itself; pydantic's patterns have no look-ahead to say "not zero".
Quantity = Annotated[
    str,
    StringConstraints(
        pattern=r"^(0{0,5}[1-9][0-9]{0,5}(\.[0-9]{1,3})?"
        r"|0{1,6}\.([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9])"
        r"|1000000(\.0{1,3})?)$"
    ),
    Field(description="tCO2e, a plain decimal", examples=["1.500"]),
]


def items_once(schema: dict[str, Any]) -> None:
    """Say of a body's items what JSON Schema can of "each milestone once"; use it as `json_schema_extra`."""
    schema["properties"]["items"]["uniqueItems"] = True


class Item(RequestModel):
    """A quantity of one milestone's offset."""

    project_id: Id = Field(examples=["mangrove"])
    milestone_id: Id = Field(examples=["mangrove-2"])
    quantity: Quantity


class StoredItem(TypedDict):
    """An item as it is stored, in whole kilograms of CO2e."""

    project_id: str
    milestone_id: str
    kg: int


class ItemsRequest(RequestModel):
    """What is about items, of which each names another milestone."""

    items: list[Item] = Field(min_length=1, max_length=ITEMS_MAX)

    @model_validator(mode="after")
    def refuse_a_milestone_twice(self) -> Self:
        """Raise when two items name one milestone."""
        if len({(item.project_id, item.milestone_id) for item in self.items}) < len(self.items):
            raise ValueError("each milestone may stand once")
        return self


def stored_items(items: Iterable[Item]) -> list[StoredItem]:
    """Items as they are stored."""
    return [
        StoredItem(project_id=item.project_id, milestone_id=item.milestone_id, kg=kilograms(item.quantity))
        for item in items
    ]


def item_responses(stored: Iterable[StoredItem]) -> list[Item]:
    """Stored items as they are shown."""
    return [
        Item(project_id=item["project_id"], milestone_id=item["milestone_id"], quantity=tonnes(item["kg"]))
        for item in stored
    ]


def kilograms(quantity: str) -> int:
    """A valid quantity in tonnes as whole kilograms: "1.5" is 1500."""
    tonnes, _, fraction = quantity.partition(".")
    return int(tonnes) * KILOGRAMS_PER_TONNE + int(fraction.ljust(3, "0"))


def tonnes(kg: int) -> str:
    """Kilograms as the quantity string with three places: 1500 is "1.500"."""
    return f"{kg // KILOGRAMS_PER_TONNE}.{kg % KILOGRAMS_PER_TONNE:03d}"


def price(kg: int, unit_amount: int) -> int:
    """What kilograms cost at a price per tonne, in minor units, rounded half up."""
    return (2 * kg * unit_amount + KILOGRAMS_PER_TONNE) // (2 * KILOGRAMS_PER_TONNE)


def rfc3339(time: datetime) -> str:
    """An aware time in UTC as RFC 3339 with `Z`."""
    return time.isoformat().replace("+00:00", "Z")

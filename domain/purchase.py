"""A purchase: what was ordered, where it stands, how it ended."""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from domain.money import canonical as canonical_quantity
from domain.money import format_amount

# Ids stand in workflow ids, search attributes, keys, headers and paths. A callee's id of another form breaks its
# contract here, before it can fail a saga's task.
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
# An opaque id, never an email address or a name: it stands in logs and search attributes.
BUYER_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Frozen(BaseModel):
    """The base of values that histories keep: immutable; a new field needs a default, for old histories lack it."""

    # An error names the field but not the value, which must not stand in a log.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class PurchaseStatus(StrEnum):
    """Where a purchase stands; the last six are its ends."""

    OPENING = "opening"
    AWAITING_PAYMENT = "awaiting_payment"
    PROCESSING = "processing"
    NEEDS_ATTENTION = "needs_attention"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    REFUNDED = "refunded"
    REJECTED = "rejected"

    @property
    def ends(self) -> bool:
        """Whether a purchase that stands so has reached its end."""
        return self in ENDS


ENDS = frozenset(PurchaseStatus) - {
    PurchaseStatus.OPENING,
    PurchaseStatus.AWAITING_PAYMENT,
    PurchaseStatus.PROCESSING,
    PurchaseStatus.NEEDS_ATTENTION,
}


class Item(Frozen):
    """A quantity (tCO2e, three places) of one milestone's offset."""

    project_id: Id
    milestone_id: Id
    quantity: str


class Order(Frozen):
    """What a buyer agreed to: the items and their whole price in minor units."""

    purchase_id: str
    buyer_id: str
    items: tuple[Item, ...]
    amount: int
    currency: str
    payment_method: str = "card"

    @classmethod
    def canonical(  # noqa: PLR0913 - an order has as many parts
        cls,
        *,
        purchase_id: str,
        buyer_id: str,
        items: Iterable[Item],
        amount: int,
        currency: str,
        payment_method: str,
    ) -> Self:
        """The one way to write an order: its quantities with three places, its items by project and milestone."""
        rows = [item.model_copy(update={"quantity": canonical_quantity(item.quantity)}) for item in items]
        return cls(
            purchase_id=purchase_id,
            buyer_id=buyer_id,
            items=tuple(sorted(rows, key=lambda item: (item.project_id, item.milestone_id))),
            amount=amount,
            currency=currency,
            payment_method=payment_method,
        )

    def summary(self) -> str:
        """The order in a human's words."""
        first, *more = self.items
        others = f" and {len(more)} more" if more else ""
        return f"{first.quantity} tCO2e of {first.milestone_id}{others} for {format_amount(self.amount, self.currency)}"

    def about(self) -> str:
        """The whole purchase in a line of markdown, for operators."""
        return f"purchase `{self.purchase_id}` of buyer `{self.buyer_id}`: {self.summary()}"


class TimelineEntry(Frozen):
    """Something that happened to a purchase."""

    at: datetime
    event: str
    detail: str = ""


class Answer(Frozen):
    """What the buyer is answered when the purchase is open; `opened_by` tells the first request from its repeats."""

    purchase_id: str
    payment_id: str
    status: PurchaseStatus
    amount: int
    currency: str
    expires_at: datetime
    opened_by: str


class Outcome(Frozen):
    """How a purchase ended, as Payments keeps it for longer than Temporal keeps the saga."""

    status: PurchaseStatus
    reason: str | None = None
    fingerprint: str
    answer: dict[str, Any] | None = None
    timeline: tuple[TimelineEntry, ...] = ()

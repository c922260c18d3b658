"""A purchase: what was ordered, where it stands, what its payment looks like."""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from domain.money import canonical as canonical_quantity
from domain.money import format_amount

# Ids stand in workflow ids, search attributes, keys, headers and paths. A callee's id of another form breaks its
# contract here, before it can fail a saga's task.
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
# An opaque id, never an email address or a name: it stands in logs and search attributes.
BUYER_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
PaymentId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,36}$")]


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


class PaymentStatus(StrEnum):
    """The status of a payment at Payments; `creating`: the provider's answer to its creation is not known yet."""

    CREATING = "creating"
    PAYABLE = "payable"
    PROCESSING = "processing"
    PAID = "paid"
    CANCELED = "canceled"


class Unpaid(StrEnum):
    """Why a payment does not pay its order; it becomes the reason in the purchase's outcome."""

    REFUNDED = "refunded-before-delivery"
    DISPUTED = "disputed-before-delivery"
    AMOUNT_DIFFERS = "amount-differs"


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


class Payment(Frozen):
    """A payment as Payments shows it; amounts in minor units, `amount` is what the order costs.

    A tombstone (a cancel that came before its payment) has no method, buyer, amount, currency and items.
    `provider_reference`, the provider's own id, is None while it is not known; `canceled_by` names the step that
    canceled it (None: the provider or a hand).
    """

    payment_id: PaymentId
    method: str | None = None
    provider: str | None = None
    provider_reference: str | None = None
    purchase_id: Id
    buyer_id: Id | None
    status: PaymentStatus
    amount: int | None
    currency: str | None
    amount_authorised: int = 0
    amount_captured: int = 0
    amount_refunded: int = 0
    amount_disputed: int = 0
    disputes_open: int = 0
    failed_attempts: int = 0
    items: tuple[Item, ...]
    outcome: Outcome | None = None
    created_at: datetime
    canceled_by: str | None = None

    @property
    def is_tombstone(self) -> bool:
        """A cancel came before the creation: there is no payment, and none may be created."""
        return self.buyer_id is None

    @property
    def authorised(self) -> bool:
        """The bank holds exactly what the order costs, and nothing of it is taken yet."""
        held = self.status is PaymentStatus.PAID and self.amount_captured == 0
        return held and self.amount_authorised == self.amount

    @property
    def why_unpaid(self) -> Unpaid | None:
        """Why it does not pay its order; None if exactly that amount is taken, and all of it is still there.

        The only place that compares money with the order. More than ordered is not paid either: nobody agreed to it.
        """
        if self.amount_refunded > 0:
            return Unpaid.REFUNDED
        if self.amount_disputed > 0 or self.disputes_open > 0:
            return Unpaid.DISPUTED
        return None if self.amount_captured == self.amount else Unpaid.AMOUNT_DIFFERS

    @property
    def amount_kept(self) -> int:
        """What was taken and is neither given back nor withdrawn by a bank."""
        return self.amount_captured - self.amount_refunded - self.amount_disputed

    @property
    def order(self) -> Order:
        """The order that the payment pays; only a tombstone has none."""
        if self.buyer_id is None or self.amount is None or self.currency is None or self.method is None:
            raise ValueError(f"the payment of purchase {self.purchase_id} is a tombstone")
        return Order(
            purchase_id=self.purchase_id,
            buyer_id=self.buyer_id,
            items=self.items,
            amount=self.amount,
            currency=self.currency,
            payment_method=self.method,
        )


class NextAction(Frozen):
    """What the buyer has to do to pay. Whoever reads it can pay, so it is stored nowhere."""

    type: Literal["stripe", "redirect", "none"]
    client_secret: str | None = None
    payment_intent: str | None = None
    url: str | None = None


class ReservationStatus(StrEnum):
    """Where a reservation stands."""

    RESERVED = "reserved"
    COMMITTED = "committed"
    CLOSED = "closed"
    RETURNED = "returned"


class Reservation(Frozen):
    """Offset held for a payment, as Projects shows it."""

    payment_id: str
    status: ReservationStatus
    closed_by: str | None = None


class OffsetStatus(StrEnum):
    """Where a buyer's offset stands; `revoked` for good."""

    DELIVERED = "delivered"
    REVOKED = "revoked"


class BuyerOffset(Frozen):
    """A buyer's offset of one payment, as Users shows it."""

    payment_id: str
    status: OffsetStatus

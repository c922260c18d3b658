"""A payment, as Payments tells of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.purchase import Frozen, Id, Item, Order, Outcome

PaymentId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,36}$")]


class PaymentStatus(StrEnum):
    """What Payments tells of a payment; `creating`: the provider's answer to its creation is not known."""

    CREATING = "creating"
    PAYABLE = "payable"
    PROCESSING = "processing"
    PAID = "paid"
    CANCELED = "canceled"


class Unpaid(StrEnum):
    """Why money that a payment has does not pay its order; it stands as the reason in the purchase's outcome."""

    REFUNDED = "refunded-before-delivery"
    DISPUTED = "disputed-before-delivery"
    AMOUNT_DIFFERS = "amount-differs"


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
        """A cancel came before it: there is no payment, and none may come."""
        return self.buyer_id is None

    @property
    def authorised(self) -> bool:
        """The bank holds exactly what the order costs, and nothing of it is taken yet."""
        held = self.status is PaymentStatus.PAID and self.amount_captured == 0
        return held and self.amount_authorised == self.amount

    @property
    def why_unpaid(self) -> Unpaid | None:
        """Why it does not pay its order; None if exactly that amount is taken, and all of it is still there.

        Here alone money is compared with the order. More than ordered is not paid either: nobody agreed to it.
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
    """What the buyer has to do so that the payment is paid; what it holds lets its reader pay, and is kept nowhere."""

    type: Literal["stripe", "redirect", "none"]
    client_secret: str | None = None
    payment_intent: str | None = None
    url: str | None = None

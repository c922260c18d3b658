"""What Payments takes and shows."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from lib.webapi import Body, NextCursor, NumberedPageQuery, Shown
from providers.port import PaymentStatus
from services.common.values import (
    ITEMS_MAX,
    PURCHASE_ID_EXAMPLE,
    Amount,
    Currency,
    Id,
    Item,
    items_once,
    kilograms,
    tonnes,
)
from services.payments.models import Payment, StoredItem

# The least that the provider charges, in minor units ("Minimum and maximum charge amounts" in Stripe's docs).
AMOUNT_MIN = {50: ["usd", "eur", "chf", "cad", "aud", "jpy"], 30: ["gbp"]}
# A purchase that was looked at every few minutes of its day tells its story in fewer events.
TIMELINE_MAX = 100
OutcomeStatus = Literal["paid", "failed", "expired", "canceled", "refunded", "rejected"]
Time = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$"),
    Field(description="RFC 3339, UTC", examples=["2026-11-21T09:00:00Z"]),
]


def _chargeable(schema: dict[str, Any]) -> None:
    items_once(schema)
    schema["anyOf"] = [
        {"properties": {"currency": {"enum": currencies}, "amount": {"minimum": least}}}
        for least, currencies in AMOUNT_MIN.items()
    ]


class Order(Body):
    """What a buyer agreed to pay for."""

    model_config = ConfigDict(json_schema_extra=items_once)

    buyer_id: Id = Field(examples=["alice"])
    amount: Amount
    currency: Currency = Field(examples=["usd"])
    items: list[Item] = Field(min_length=1, max_length=ITEMS_MAX)

    @model_validator(mode="after")
    def refuse_a_milestone_twice(self) -> Self:
        """Raise when two items name one milestone."""
        if len({(item.project_id, item.milestone_id) for item in self.items}) < len(self.items):
            raise ValueError("each milestone may stand once")
        return self

    def stored_items(self) -> list[StoredItem]:
        """The items as they are stored."""
        return [
            StoredItem(project_id=item.project_id, milestone_id=item.milestone_id, kg=kilograms(item.quantity))
            for item in self.items
        ]


class CreateBody(Order):
    """A purchase that wants a payment; the amount is one that the provider charges."""

    model_config = ConfigDict(json_schema_extra=_chargeable)

    purchase_id: Id = Field(examples=[PURCHASE_ID_EXAMPLE])

    @model_validator(mode="after")
    def refuse_what_is_too_small(self) -> Self:
        """Raise for an amount that no provider charges."""
        least = next(least for least, currencies in AMOUNT_MIN.items() if self.currency in currencies)
        if self.amount < least:
            raise ValueError(f"the least amount is {least} {self.currency} (minor units)")
        return self


class TimelineEntry(Body):
    """One event of a purchase."""

    at: Time
    event: str = Field(min_length=1, max_length=100, examples=["offset_reserved"])
    # 1,000 characters: a sentence and a provider's message.
    detail: str | None = Field(default=None, max_length=1000, examples=["1.500 tCO2e of Mangrove 2"])


class OutcomeBody(Order):
    """How a purchase ended; the order too, for a purchase that was rejected before a payment existed."""

    status: OutcomeStatus
    reason: str | None = Field(
        default=None, max_length=100, description="kind of the problem that it was refused with", examples=["sold-out"]
    )
    fingerprint: str = Field(
        max_length=255, description="of the request that opened the purchase", examples=["9c1f0b7a5d3e2846"]
    )
    answer: dict[str, Any] | None = Field(
        default=None, description="what the intake answered when it opened", examples=[{"payment_id": "pi_1"}]
    )
    timeline: list[TimelineEntry] = Field(max_length=TIMELINE_MAX)


class PaymentsQuery(NumberedPageQuery):
    """Which page of which payments."""

    buyer_id: Id | None = Field(default=None, description="only this buyer's", examples=["alice"])
    purchase_id: Id | None = Field(default=None, description="only this purchase's", examples=[PURCHASE_ID_EXAMPLE])


class OutcomeShown(Shown):
    """How a purchase ended, as it was first told."""

    status: OutcomeStatus
    reason: str | None = Field(description="kind of the problem that it was refused with", examples=["sold-out"])
    fingerprint: str = Field(description="of the request that opened the purchase", examples=["9c1f0b7a5d3e2846"])
    answer: dict[str, Any] | None = Field(
        description="what the intake answered when it opened", examples=[{"payment_id": "pi_1"}]
    )
    timeline: list[TimelineEntry]
    recorded_at: Time


class PaymentShown(Shown):
    """A purchase's payment; amounts in minor units. A mark has no order: buyer_id, amount and currency are null."""

    payment_id: str | None = Field(description="null on a mark and while the payment is created", examples=["pi_1"])
    purchase_id: str = Field(description="the purchase that it pays", examples=[PURCHASE_ID_EXAMPLE])
    buyer_id: str | None = Field(examples=["alice"])
    status: PaymentStatus = Field(
        description="paid: captured, whole or in part; or only authorised, then amount_captured is 0"
    )
    amount: int | None = Field(description="minor units", examples=[1800])
    currency: str | None = Field(examples=["usd"])
    amount_authorised: int = Field(description="held by the bank and not taken; minor units", examples=[0])
    amount_captured: int = Field(description="taken; minor units", examples=[1800])
    amount_refunded: int = Field(description="of what was taken, given back or on its way back", examples=[0])
    refunded_since: Time | None = Field(description="when the first of it was given back; null while nothing is")
    amount_disputed: int = Field(
        description="of what was taken, withdrawn by banks for good or until they have decided", examples=[0]
    )
    failed_attempts: int = Field(description="failed charges, counted at the provider", examples=[0])
    items: list[Item]
    outcome: OutcomeShown | None
    created_at: Time
    canceled_by: str | None = Field(
        description="Idempotency-Key of who had it canceled; null: the provider or a hand",
        examples=["payment-failed/pi_1/ch_1/cancel-payment"],
    )
    refunded_by: str | None = Field(
        description="Idempotency-Key of who had it refunded; null: nobody or a hand",
        examples=["payment-success/pi_1/refund-payment"],
    )
    disputed: bool = Field(description="the buyer's bank has disputed the charge", examples=[False])
    disputes_open: int = Field(description="disputes that the bank has not decided yet", examples=[0])
    refunds_by_hand: int = Field(description="refunds that none of our processes asked for", examples=[0])
    capture_before: Time | None = Field(
        description="when the authorisation runs out; null unless the money is authorised and not taken"
    )

    @classmethod
    def of(cls, row: Payment) -> Self:
        """The row as it is shown."""
        return cls(
            payment_id=row.payment_id,
            purchase_id=row.purchase_id,
            buyer_id=row.buyer_id,
            status=row.status,
            amount=row.amount,
            currency=row.currency,
            amount_authorised=row.amount_authorised,
            amount_captured=row.amount_captured,
            amount_refunded=row.amount_refunded,
            refunded_since=_shown(row.refunded_since),
            amount_disputed=row.amount_disputed,
            failed_attempts=row.failed_attempts,
            items=[
                Item(project_id=item["project_id"], milestone_id=item["milestone_id"], quantity=tonnes(item["kg"]))
                for item in row.items
            ],
            outcome=OutcomeShown(**row.outcome) if row.outcome else None,
            created_at=rfc3339(row.created_at),
            canceled_by=row.canceled_by,
            refunded_by=row.refunded_by,
            disputed=row.disputed,
            disputes_open=row.disputes_open,
            refunds_by_hand=row.refunds_by_hand,
            capture_before=_shown(row.capture_before),
        )


class PaymentPage(Shown):
    """A page of payments, newest first."""

    items: list[PaymentShown]
    next_cursor: NextCursor


class ErasureShown(Shown):
    """Who an erased buyer is called."""

    erased_as: str = Field(description="leads to nobody", examples=["erased-5d0c9f7e21b4a863"])
    renamed: int = Field(description="records that bore the buyer's id; 0 where all is done", examples=[3])


class ErasureFinished(Shown):
    """An erasure's end."""

    finished: bool = Field(description="false where none was under way", examples=[True])


class ClientSecretShown(Shown):
    """What the buyer's browser pays with."""

    client_secret: str = Field(examples=["pi_1_secret_2"])


def _shown(epoch_seconds: int | None) -> str | None:
    return None if epoch_seconds is None else rfc3339(datetime.fromtimestamp(epoch_seconds, UTC))


def rfc3339(time: datetime) -> str:
    """An aware time in UTC as RFC 3339 with `Z`."""
    return time.isoformat().replace("+00:00", "Z")

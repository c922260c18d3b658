"""What Payments takes and shows of payments."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Literal, Self

from pydantic import ConfigDict, Field

from lib.webapi import NextCursor, NumberedPageQuery, ResponseModel
from providers.port import NextAction, PaymentStatus
from services.common.values import (
    PAYMENT_ID_EXAMPLE,
    PURCHASE_ID_EXAMPLE,
    Id,
    Item,
    Reference,
    Time,
    item_responses,
    rfc3339,
)
from services.payments.models import Payment
from services.payments.outcomes import OutcomeResponse


class PaymentsQuery(NumberedPageQuery):
    """Which page of which payments."""

    buyer_id: Id | None = Field(default=None, description="only this buyer's", examples=["alice"])
    purchase_id: Id | None = Field(default=None, description="only this purchase's", examples=[PURCHASE_ID_EXAMPLE])
    provider_reference: Reference | None = Field(
        default=None, description="only the one that the provider calls so", examples=["pi_1"]
    )

    @property
    def wanted(self) -> dict[str, str | None]:
        """The columns' values; None: any."""
        return self.model_dump(include={"buyer_id", "purchase_id", "provider_reference"})


class PaymentResponse(ResponseModel):
    """A purchase's payment; amounts in minor units.

    A tombstone (a cancel that came before its payment) has no order: method, buyer_id, amount and currency are null.
    """

    payment_id: str = Field(description="made of the purchase's id", examples=[PAYMENT_ID_EXAMPLE])
    method: str | None = Field(description="how the buyer pays", examples=["card"])
    provider: str | None = Field(description="who carries that out", examples=["stripe"])
    provider_reference: str | None = Field(
        description="the provider's own id of it; null while its creation is not known", examples=["pi_1"]
    )
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
    failed_attempts: int = Field(
        description="failed charges, as the provider counted them before it was paid or canceled", examples=[0]
    )
    items: list[Item]
    outcome: OutcomeResponse | None
    created_at: Time
    canceled_by: str | None = Field(
        description="Idempotency-Key of who had it canceled; null: the provider or a hand",
        examples=[f"payment-failed/{PAYMENT_ID_EXAMPLE}/ch_1/cancel-payment"],
    )
    refunded_by: str | None = Field(
        description="Idempotency-Key of who had it refunded; null: nobody or a hand",
        examples=[f"payment-success/{PAYMENT_ID_EXAMPLE}/refund-payment"],
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
            method=row.method,
            provider=row.provider,
            provider_reference=row.provider_reference,
            purchase_id=row.purchase_id,
            buyer_id=row.buyer_id,
            status=row.status,
            amount=row.amount,
            currency=row.currency,
            amount_authorised=row.amount_authorised,
            amount_captured=row.amount_captured,
            amount_refunded=row.amount_refunded,
            refunded_since=_rfc3339(row.refunded_since),
            amount_disputed=row.amount_disputed,
            failed_attempts=row.failed_attempts,
            items=item_responses(row.items),
            outcome=OutcomeResponse(**row.outcome) if row.outcome else None,
            created_at=rfc3339(row.created_at),
            canceled_by=row.canceled_by,
            refunded_by=row.refunded_by,
            disputed=row.disputed,
            disputes_open=row.disputes_open,
            refunds_by_hand=row.refunds_by_hand,
            capture_before=_rfc3339(row.capture_before),
        )


class PaymentPage(ResponseModel):
    """A page of payments, newest first."""

    items: list[PaymentResponse]
    next_cursor: NextCursor


class ErasureBegunResponse(ResponseModel):
    """Who an erased buyer is called."""

    erased_as: str = Field(description="leads to nobody", examples=["erased-5d0c9f7e21b4a863"])
    renamed: int = Field(description="records that bore the buyer's id; 0 where all is done", examples=[3])


class ErasureFinishedResponse(ResponseModel):
    """An erasure's end."""

    finished: bool = Field(description="false where none was under way", examples=[True])


def _not_there(value: object) -> bool:
    return value is None


class NextActionResponse(ResponseModel):
    """What the buyer has to do so that the payment is paid; what means nothing for its type is not there."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema.update(required=["type"]))

    type: Literal["stripe", "redirect", "none"] = Field(examples=["stripe"])
    client_secret: str | None = Field(
        description="stripe: with it the browser confirms", examples=["pi_1_secret_2"], exclude_if=_not_there
    )
    payment_intent: str | None = Field(description="stripe: what it confirms", examples=["pi_1"], exclude_if=_not_there)
    url: str | None = Field(
        description="redirect: where the browser goes", examples=["https://…"], exclude_if=_not_there
    )

    @classmethod
    def of(cls, action: NextAction) -> Self:
        """The provider's answer as it is shown."""
        return cls(**asdict(action))


def _rfc3339(epoch_seconds: int | None) -> str | None:
    return None if epoch_seconds is None else rfc3339(datetime.fromtimestamp(epoch_seconds, UTC))

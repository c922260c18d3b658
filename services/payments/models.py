"""The Payments service's table: one row per purchase, kept for ever."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Enum, Index, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lib.database.database import UtcDateTime
from providers.port import CaptureMode, PaymentStatus
from services.common.values import StoredItem


def _values(kinds: Any) -> list[str]:
    return [kind.value for kind in kinds]


def _of_few(name: str, where: str) -> Index:
    return Index(name, "number", sqlite_where=text(where), postgresql_where=text(where))


class Base(DeclarativeBase):
    """The service's schema."""


class Payment(Base):
    """A purchase's payment and outcome; a tombstone where a purchase was undone before anything of it was known."""

    __tablename__ = "payments"

    # Counts the rows for the list's order; the purchase is the key.
    number: Mapped[int] = mapped_column(primary_key=True)
    purchase_id: Mapped[str] = mapped_column(String(64), unique=True)
    # Ours, made of the purchase's id (services.payments.rules.payment_id_of).
    payment_id: Mapped[str] = mapped_column(String(36), unique=True)
    # How the buyer pays, and who carries that out; null on a tombstone.
    method: Mapped[str | None] = mapped_column(String(32))
    provider: Mapped[str | None] = mapped_column(String(32))
    # The provider's own id of it; null until its answer is known, and for ever on a tombstone.
    provider_reference: Mapped[str | None] = mapped_column(String(255))
    status: Mapped[PaymentStatus] = mapped_column(
        Enum(PaymentStatus, name="payment_status", values_callable=_values, create_constraint=True)
    )
    # Canceled before the provider's payment was known: whatever creation still arrives, it must not become payable.
    canceled_early: Mapped[bool] = mapped_column(default=False)
    # Operation (cancel, refund) -> the first who asked and was not refused, written before the provider is asked.
    asked_by: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)

    # The order; null on a tombstone.
    buyer_id: Mapped[str | None] = mapped_column(String(64))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    items: Mapped[list[StoredItem]] = mapped_column(JSON, default=list)
    # As at the first attempt: after a change of the setting the provider would refuse another mode under the same key.
    capture: Mapped[CaptureMode | None] = mapped_column(
        Enum(CaptureMode, name="capture_mode", values_callable=_values, create_constraint=True)
    )

    # The trace of the first attempt to create it (W3C Trace Context); null while nothing is traced. Kept, for it is
    # sent to the provider, which must get the same values under one key at every attempt.
    traceparent: Mapped[str | None] = mapped_column(String(55))

    amount_authorised: Mapped[int] = mapped_column(BigInteger, default=0)
    amount_captured: Mapped[int] = mapped_column(BigInteger, default=0)
    amount_refunded: Mapped[int] = mapped_column(BigInteger, default=0)
    # Epoch seconds; null while nothing is refunded.
    refunded_since: Mapped[int | None] = mapped_column(BigInteger)
    amount_disputed: Mapped[int] = mapped_column(BigInteger, default=0)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    disputed: Mapped[bool] = mapped_column(default=False)
    disputes_open: Mapped[int] = mapped_column(default=0)
    refunds_by_hand: Mapped[int] = mapped_column(default=0)
    # Epoch seconds, as the provider tells it; null unless the money is authorised and not taken.
    capture_before: Mapped[int | None] = mapped_column(BigInteger)
    # Operation -> the number in its next key to the provider; one that is not there stands at 1.
    key_numbers: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=lambda: datetime.now(UTC))

    __table_args__ = (
        # In this order, for one is looked up by the reference alone.
        UniqueConstraint("provider_reference", "provider", name="payments_provider_reference"),
        Index("payments_of_buyer", "buyer_id", "number"),
        # The few rows that Prometheus asks for, however many payments there are.
        _of_few("payments_disputed", "disputes_open > 0"),
        _of_few("payments_refunded_by_hand", "refunds_by_hand > 0"),
        _of_few("payments_authorised", "capture_before IS NOT NULL"),
    )

    def key_number(self, operation: str) -> int:
        """The number in the operation's next key."""
        return self.key_numbers.get(operation, 1)

    def ask(self, operation: str, caller: str) -> None:
        """Record the caller, unless an earlier one is recorded."""
        self.asked_by = {operation: caller} | self.asked_by

    def forget(self, operation: str) -> None:
        """Forget the caller: the write was not done by us."""
        self.asked_by = {done: caller for done, caller in self.asked_by.items() if done != operation}

    @property
    def canceled_by(self) -> str | None:
        """Who had it canceled; null if nobody of ours did."""
        return self.asked_by.get("cancel") if self.status is PaymentStatus.CANCELED else None

    @property
    def refunded_by(self) -> str | None:
        """Who had it refunded; null if nothing is refunded, or nobody of ours did it."""
        return self.asked_by.get("refund") if self.amount_refunded else None


class Erasure(Base):
    """A buyer whose data is being erased: who they are called instead. The row goes when all stores have followed."""

    __tablename__ = "erasures"

    buyer_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    erased_as: Mapped[str] = mapped_column(String(64), unique=True)

"""The Users service's tables."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lib.database.database import UtcDateTime
from services.common.values import StoredItem


class Base(DeclarativeBase):
    """The service's schema."""


class User(Base):
    """A buyer: an opaque id, never an email."""

    __tablename__ = "users"

    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)


class Offset(Base):
    """A buyer's offset, or the tombstone that refuses it; no row is ever removed, for a call from the past finds it.

    `user_id` is no foreign key: the tombstone must also be possible for a buyer whom nobody knows.
    """

    __tablename__ = "offsets"

    # Counts the rows for the list's order; the payment is the key: it is delivered once, to one buyer.
    number: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[str] = mapped_column(String(255), unique=True)
    user_id: Mapped[str] = mapped_column(String(64), index=True)
    # Null on the tombstone that a revoke of an unknown offset leaves.
    purchase_id: Mapped[str | None] = mapped_column(String(64))
    items: Mapped[list[StoredItem]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked: Mapped[bool]

"""What the simulator keeps: Stripe's objects as the documents that it shows, its events, and the answers it replays."""

from enum import Enum
from typing import Any

from sqlalchemy import JSON, Float, Index, Integer, MetaData, String, Text
from sqlalchemy import Enum as Enumerated
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Json = dict[str, Any]


class Base(DeclarativeBase):
    """The simulator's tables."""

    metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s"})


class Document(Base):
    """A row that is one of Stripe's objects; `sequence` gives the order of creation, seconds are too coarse for it."""

    __abstract__ = True

    sequence: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[int] = mapped_column(Integer, index=True)
    document: Mapped[Json] = mapped_column(JSON)

    def change(self, **fields: Any) -> None:
        """Change the document; a new one takes its place, so that an event's snapshot keeps the old."""
        self.document = {**self.document, **fields}


class PaymentIntent(Document):
    """A PaymentIntent; not shown: the card of the running attempt, and when processing ends (epoch seconds)."""

    __tablename__ = "payment_intents"

    card: Mapped[str | None] = mapped_column(String(64))
    settles_at: Mapped[float | None] = mapped_column(Float, index=True)


class Charge(Document):
    """One attempt to charge a card; a failed attempt stays as a failed charge."""

    __tablename__ = "charges"

    payment_intent: Mapped[str] = mapped_column(String(64), index=True)


class Refund(Document):
    """Money given back from a charge."""

    __tablename__ = "refunds"

    payment_intent: Mapped[str] = mapped_column(String(64), index=True)
    charge: Mapped[str] = mapped_column(String(64), index=True)


class Dispute(Document):
    """A charge that its buyer has taken to the bank."""

    __tablename__ = "disputes"

    payment_intent: Mapped[str] = mapped_column(String(64), index=True)
    charge: Mapped[str] = mapped_column(String(64), index=True)


class WebhookEndpoint(Document):
    """An endpoint that the account has set up; it is kept and shown, and events go where the settings say."""

    __tablename__ = "webhook_endpoints"


class Delivery(Enum):
    """Where an event's delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Event(Document):
    """One event and its delivery; times are epoch seconds, `last_status` is the endpoint's answer (none: no answer)."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_due", "delivery", "due_at"),)

    type: Mapped[str] = mapped_column(String(64), index=True)
    delivery: Mapped[Delivery] = mapped_column(Enumerated(Delivery, native_enum=False, length=16))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[float] = mapped_column(Float)
    last_status: Mapped[int | None] = mapped_column(Integer)


class KeptAnswer(Base):
    """The first answer to an idempotency key, by API key (only its hash is kept)."""

    __tablename__ = "kept_answers"

    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[float] = mapped_column(Float, index=True)

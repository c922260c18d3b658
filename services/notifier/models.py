"""The Notifier's table."""

from datetime import datetime

from sqlalchemy import DateTime, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The service's schema."""


class Notification(Base):
    """A CloudEvent as it was received, once."""

    __tablename__ = "notifications"

    # Counts the rows in the order of their arrival.
    number: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    purchase_id: Mapped[str] = mapped_column(String(64), index=True)
    event: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

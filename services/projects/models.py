"""The Projects service's tables; all quantities are whole kilograms of CO2e."""

from sqlalchemy import JSON, BigInteger, CheckConstraint, Enum, ForeignKey, Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from services.common.values import StoredItem
from services.projects.rules import Status


class Base(DeclarativeBase):
    """The service's schema."""


class Project(Base):
    """A green project."""

    __tablename__ = "projects"

    project_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    milestones: Mapped[list["Milestone"]] = relationship(order_by="Milestone.milestone_id", lazy="selectin")


class Milestone(Base):
    """What a project sells: a stock of offset at a price per tonne in minor units."""

    __tablename__ = "milestones"
    # The database itself refuses to oversell, whatever a program does.
    __table_args__ = (
        CheckConstraint("held_kg >= 0", name="held_not_negative"),
        CheckConstraint("sold_kg >= 0", name="sold_not_negative"),
        CheckConstraint("sold_kg + held_kg <= total_kg", name="not_oversold"),
    )

    project_id: Mapped[str] = mapped_column(String(64), ForeignKey("projects.project_id"), primary_key=True)
    milestone_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    unit_amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    total_kg: Mapped[int] = mapped_column(BigInteger)
    sold_kg: Mapped[int] = mapped_column(BigInteger, default=0)
    held_kg: Mapped[int] = mapped_column(BigInteger, default=0)

    @property
    def free_kg(self) -> int:
        """What can still be reserved."""
        return self.total_kg - self.sold_kg - self.held_kg


class Buyer(Base):
    """A buyer who has asked for offset: the row that is locked while the open purchases are counted."""

    __tablename__ = "buyers"

    buyer_id: Mapped[str] = mapped_column(String(64), primary_key=True)


class Reservation(Base):
    """The row that decides a purchase; it is never removed, so that a call from the past finds it."""

    __tablename__ = "reservations"

    # Counts the rows for the list's order; the payment is the key.
    number: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[str] = mapped_column(String(255), unique=True)
    status: Mapped[Status] = mapped_column(
        Enum(Status, native_enum=False, length=16, values_callable=lambda kinds: [kind.value for kind in kinds])
    )
    items: Mapped[list[StoredItem]] = mapped_column(JSON)
    amount: Mapped[int] = mapped_column(BigInteger)
    # Null on the tombstone that a DELETE or a return of an unknown reservation leaves.
    currency: Mapped[str | None] = mapped_column(String(3))
    # For whom the offset is held; null on a tombstone, and where the caller has not told.
    buyer_id: Mapped[str | None] = mapped_column(String(64))
    closed_by: Mapped[str | None] = mapped_column(String(255))

    # A buyer's rows are kept for ever; only the few that are reserved are counted.
    __table_args__ = (Index("reservations_of_buyer", "buyer_id", "status"),)

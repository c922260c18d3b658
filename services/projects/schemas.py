"""What Projects takes and shows."""

from typing import Literal, Self

from pydantic import ConfigDict, Field

from lib.webapi import NextCursor, NumberedPageQuery, RequestModel, ResponseModel
from services.common.values import (
    PAYMENT_ID_EXAMPLE,
    Amount,
    Currency,
    Id,
    Item,
    ItemsRequest,
    PaymentId,
    item_responses,
    items_once,
    tonnes,
)
from services.projects.models import Milestone, Project, Reservation
from services.projects.rules import Status


class OrderRequest(ItemsRequest):
    """The offset that a buyer wants, at the amount that they agreed to."""

    model_config = ConfigDict(json_schema_extra=items_once)

    amount: Amount
    currency: Currency = Field(examples=["usd"])
    buyer_id: Id | None = Field(
        default=None, description="whose unpaid purchases are counted; without it nothing is", examples=["alice"]
    )


class ReserveRequest(OrderRequest):
    """An order, and the payment for which it is held."""

    payment_id: PaymentId = Field(examples=[PAYMENT_ID_EXAMPLE])


class QuoteResponse(ResponseModel):
    """The order can be had at this amount now; nothing is held."""

    amount: int = Field(description="minor units", examples=[1800])
    currency: str = Field(examples=["usd"])


class ChangeRequest(RequestModel):
    """To which state a reservation is to be brought."""

    status: Literal[Status.COMMITTED, Status.RETURNED] = Field(
        description="committed: sold; returned: free again, once the money is back"
    )


class ReservationQuery(NumberedPageQuery):
    """Which page of the reservations, and in which state."""

    status: Status | None = Field(default=None, description="only those in this state", examples=["reserved"])


class ReservationResponse(ResponseModel):
    """A reservation; the tombstone for a payment that never reserved has no items, amount 0 and no currency."""

    payment_id: str = Field(examples=[PAYMENT_ID_EXAMPLE])
    status: Status
    items: list[Item]
    amount: int = Field(description="minor units", examples=[1800])
    currency: str | None = Field(examples=["usd"])
    buyer_id: str | None = Field(description="null if it is not known", examples=["alice"])
    closed_by: str | None = Field(
        description="Idempotency-Key of the caller who closed it",
        examples=[f"payment-failed/{PAYMENT_ID_EXAMPLE}/ch_1/release-offset"],
    )

    @classmethod
    def of(cls, row: Reservation) -> Self:
        """The row as it is shown."""
        return cls(
            payment_id=row.payment_id,
            status=row.status,
            items=item_responses(row.items),
            amount=row.amount,
            currency=row.currency,
            buyer_id=row.buyer_id,
            closed_by=row.closed_by,
        )


class ReservationPage(ResponseModel):
    """A page of reservations, newest first."""

    items: list[ReservationResponse]
    next_cursor: NextCursor


class MilestoneResponse(ResponseModel):
    """A milestone with its price and stock; total = sold + held + free, in tCO2e."""

    milestone_id: str = Field(examples=["mangrove-2"])
    name: str = Field(examples=["Mangrove 2"])
    unit_amount: int = Field(description="minor units per tCO2e", examples=[1200])
    currency: str = Field(examples=["usd"])
    total: str = Field(examples=["1000000.000"])
    sold: str = Field(examples=["2.500"])
    held: str = Field(examples=["1.500"])
    free: str = Field(examples=["999996.000"])

    @classmethod
    def of(cls, row: Milestone) -> Self:
        """The row as it is shown."""
        return cls(
            milestone_id=row.milestone_id,
            name=row.name,
            unit_amount=row.unit_amount,
            currency=row.currency,
            total=tonnes(row.total_kg),
            sold=tonnes(row.sold_kg),
            held=tonnes(row.held_kg),
            free=tonnes(row.free_kg),
        )


class ProjectResponse(ResponseModel):
    """A project and what it sells."""

    project_id: str = Field(examples=["mangrove"])
    name: str = Field(examples=["Mangrove"])
    milestones: list[MilestoneResponse]

    @classmethod
    def of(cls, row: Project) -> Self:
        """The row as it is shown."""
        return cls(
            project_id=row.project_id, name=row.name, milestones=[MilestoneResponse.of(each) for each in row.milestones]
        )


class ProjectPage(ResponseModel):
    """A page of projects by their ids."""

    items: list[ProjectResponse]
    next_cursor: NextCursor

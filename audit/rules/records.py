"""The record of a purchase in each store, as far as the audit compares it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.messages import REFUND_FAILED_PREFIX, purchase_workflow_id
from domain.offset import ReservationStatus
from domain.payment import PaymentStatus
from domain.purchase import Frozen, Item, PurchaseStatus, TimelineEntry

Items = tuple[Item, ...]
# 1 s: a provider's times are cut off to whole seconds, so what seems earlier by less may be later.
CLOCK_UNIT = timedelta(seconds=1)


class Ended(Frozen):
    """How a purchase is recorded to have ended."""

    status: PurchaseStatus
    timeline: tuple[TimelineEntry, ...] = ()

    @property
    def delivered_at(self) -> datetime | None:
        """When its saga saw the offset delivered, and paid for."""
        return next((entry.at for entry in self.timeline if entry.event == "offset_delivered"), None)


class PaymentEntry(Frozen):
    """A purchase's payment, amounts in minor units; a tombstone has no order."""

    payment_id: str | None
    purchase_id: str
    buyer_id: str | None
    status: PaymentStatus
    amount: int | None
    currency: str | None
    amount_captured: int
    amount_refunded: int
    refunded_since: datetime | None
    amount_disputed: int
    refunded_by: str | None
    disputed: bool
    disputes_open: int
    items: Items
    outcome: Ended | None

    @property
    def amount_kept(self) -> int:
        """What was taken and is neither given back nor withdrawn by a bank; below 0: somebody has it twice."""
        return self.amount_captured - self.amount_refunded - self.amount_disputed

    @property
    def was_back_before_delivery(self) -> bool:
        """Whether money went back before the offset was delivered."""
        delivered_at = self.outcome and self.outcome.delivered_at
        return bool(self.refunded_since and delivered_at and self.refunded_since + CLOCK_UNIT < delivered_at)


class ReservationEntry(Frozen):
    """The row that decides a purchase; a tombstone has no items."""

    payment_id: str
    status: ReservationStatus
    items: Items
    amount: int
    currency: str | None


class OffsetEntry(Frozen):
    """A buyer's offset."""

    payment_id: str
    purchase_id: str | None
    user_id: str
    items: Items


class NoticeEntry(Frozen):
    """A notification as the Notifier has received it; its data is whatever somebody has published."""

    id: str
    type: str
    data: dict[str, Any]

    @property
    def purchase_id(self) -> str:
        """The purchase that it is about; the Notifier keeps nothing else."""
        return str(self.data["purchase_id"])


class State(StrEnum):
    """The state of a saga's latest run."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    TERMINATED = "terminated"
    TIMED_OUT = "timed out"


@dataclass(frozen=True)
class SagaRecord:
    """A saga's latest run; `parked`: it waits for an operator."""

    workflow_id: str
    state: State
    payment_id: str | None = None
    parked: bool = False

    @property
    def runs(self) -> bool:
        """Whether it is at work, or waits."""
        return self.state is State.RUNNING

    @property
    def broke_off(self) -> bool:
        """Whether it was stopped from outside; one that fails or is canceled has come to an end of its own."""
        return self.state in {State.TERMINATED, State.TIMED_OUT}

    @property
    def refunds_again(self) -> bool:
        """Whether it takes care of a refund that the bank has failed."""
        return self.workflow_id.startswith(REFUND_FAILED_PREFIX)


@dataclass(frozen=True)
class Case:
    """All records of one purchase, or of a payment that Payments does not know."""

    purchase_id: str | None
    payment_id: str | None
    payment: PaymentEntry | None = None
    reservation: ReservationEntry | None = None
    offset: OffsetEntry | None = None
    notices: tuple[NoticeEntry, ...] = ()
    sagas: tuple[SagaRecord, ...] = ()

    @property
    def main(self) -> SagaRecord | None:
        """The purchase's own saga; a running one IS an open purchase."""
        own = purchase_workflow_id(self.purchase_id or "")
        return next((saga for saga in self.sagas if saga.workflow_id == own), None)

    @property
    def follow_ups(self) -> tuple[SagaRecord, ...]:
        """The sagas that follow the payment's events."""
        return tuple(saga for saga in self.sagas if saga is not self.main)

    @property
    def outcome(self) -> PurchaseStatus | None:
        """How the purchase ended; None while it is open."""
        return self.payment.outcome.status if self.payment and self.payment.outcome else None

"""The inputs, signals, answers and results of sagas: frozen models; a new field needs a default."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.purchase import Frozen, Order, Outcome, PurchaseStatus, TimelineEntry

# A purchase's saga is found by its id alone, so that nobody has to keep a list.
PURCHASE_ID_PREFIX = "purchase/"
REFUND_FAILED_PREFIX = "refund-failed/"


def purchase_workflow_id(purchase_id: str) -> str:
    """The id of the StartPayment of a purchase."""
    return PURCHASE_ID_PREFIX + purchase_id


def payment_success_workflow_id(payment_id: str) -> str:
    """The id of the one PaymentSuccess of a payment."""
    return f"payment-success/{payment_id}"


class Signal(StrEnum):
    """The signals that other sagas send to a purchase's own saga."""

    COMPLETE = "complete"
    PROGRESS = "progress"


class TaskQueue(StrEnum):
    """One worker process per queue."""

    START_PAYMENT = "start-payment"
    PAYMENT_SUCCESS = "payment-success"
    PAYMENT_FAILED = "payment-failed"


class StartPaymentInput(Frozen):
    """A purchase to open. Times in seconds; `opened_by` names the request that may open it."""

    order: Order
    fingerprint: str
    opened_by: str
    reservation_ttl_s: int
    opening_timeout_s: int

    @property
    def workflow_id(self) -> str:
        """One saga for each purchase."""
        return purchase_workflow_id(self.order.purchase_id)


class OpenRequest(Frozen):
    """The update `open`: a client waits for the answer of the purchase with this body."""

    fingerprint: str


class PaymentSuccessInput(Frozen):
    """A payment that seems to be paid; the saga reads from Payments whose it is."""

    payment_id: str

    @property
    def workflow_id(self) -> str:
        """One saga for each payment."""
        return payment_success_workflow_id(self.payment_id)


class PaymentFailedInput(Frozen):
    """A payment of which an attempt seems to have failed; `attempts_max` failed attempts end the purchase.

    `cause` names the failed charge, or else the event that told of it.
    """

    payment_id: str
    attempts_max: int
    cause: str

    @property
    def workflow_id(self) -> str:
        """One saga for each failed charge (or, where there is none, each event)."""
        return f"payment-failed/{self.payment_id}/{self.cause}"


class RefundFailedInput(Frozen):
    """A refund that was done and that the bank has failed days later."""

    payment_id: str
    refund_id: str

    @property
    def workflow_id(self) -> str:
        """One saga for each refund."""
        return REFUND_FAILED_PREFIX + self.refund_id


FollowUpInput = PaymentSuccessInput | PaymentFailedInput | RefundFailedInput


class PurchaseResult(Frozen):
    """The signal `complete`: the saga that decided the purchase says how it ended.

    `payment_id` is the payment that the saga has retrieved: a purchase believes no saga of another one. None where the
    purchase's own saga has ended it. `amount_refunded` as in Notification.
    """

    payment_id: str | None = None
    status: PurchaseStatus
    reason: str | None = None
    timeline: tuple[TimelineEntry, ...] = ()
    amount_refunded: int | None = None

    @property
    def notification(self) -> str:
        """The type of the notification that tells of this end; empty for a rejected purchase, which has none."""
        if self.status is PurchaseStatus.REJECTED:
            return ""
        return "payment.success" if self.status is PurchaseStatus.PAID else f"payment.{self.status}"


class SagaEnd(Frozen):
    """A saga's result: the purchase's end if this saga owns it, and a note."""

    status: PurchaseStatus | None = None
    note: str = ""


class Progress(Frozen):
    """The signal `progress`: where another saga of the purchase's payment stands; `note` is for people."""

    payment_id: str
    status: PurchaseStatus
    note: str = ""


class PurchaseView(Frozen):
    """The query `view` and the answer of the update `cancel`: the purchase as its saga or its record knows it."""

    order: Order
    status: PurchaseStatus
    reason: str | None = None
    payment_id: str
    created_at: datetime
    expires_at: datetime | None
    timeline: tuple[TimelineEntry, ...] = ()


class ParkedView(Frozen):
    """The query `parked`: why a saga waits for an operator, since when, and what each choice will do."""

    since: datetime
    reason: str
    choices: dict[str, str]


class PaymentCall(Frozen):
    """A step on one payment."""

    payment_id: str


class PurchaseCall(Frozen):
    """A step on whatever payment a purchase has, or may still get."""

    purchase_id: str


class ReserveCall(Frozen):
    """The step that holds an order's offset for a payment."""

    payment_id: str
    order: Order


class DeliverCall(Frozen):
    """The step that gives the buyer the offset; an attempt that begins after `fresh_until` retrieves the payment."""

    payment_id: str
    order: Order
    fresh_until: datetime


class OffsetCall(Frozen):
    """A step on a buyer's offset of one payment."""

    payment_id: str
    buyer_id: str


class RecordCall(Frozen):
    """The step that records a purchase's outcome."""

    order: Order
    outcome: Outcome


class Notification(Frozen):
    """An event for RabbitMQ; `kind` is its CloudEvents type and routing key, `time` when it happened.

    `amount_refunded` (minor units) is what the buyer got back, which a hand at the provider can make less than the
    order's amount; None where nothing was taken back.
    """

    kind: str
    payment_id: str
    order: Order
    status: PurchaseStatus
    time: datetime
    amount_refunded: int | None = None


class CloudEvent(Frozen):
    """A notification on the wire (CloudEvents 1.0, structured JSON)."""

    specversion: str = "1.0"
    id: str
    source: str = "/buy-projects"
    type: str
    subject: str
    time: datetime
    datacontenttype: str = "application/json"
    data: dict[str, Any]


def cloud_event(notification: Notification, event_id: str) -> CloudEvent:
    """The CloudEvent of a notification under an id that is the same on every attempt."""
    order = notification.order
    data = {
        "purchase_id": order.purchase_id,
        "payment_id": notification.payment_id,
        "buyer_id": order.buyer_id,
        "amount": order.amount,
        "currency": order.currency,
        "items": [item.model_dump() for item in order.items],
        "status": notification.status,
    }
    if notification.amount_refunded is not None:
        data["amount_refunded"] = notification.amount_refunded
    return CloudEvent(id=event_id, type=notification.kind, subject=order.purchase_id, time=notification.time, data=data)

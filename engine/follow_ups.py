"""Which saga follows each kind of event, and how it is started."""

from typing import Any, NamedTuple

from domain.messages import PaymentFailedInput, PaymentSuccessInput, RefundFailedInput, TaskQueue
from domain.purchase import PurchaseStatus
from workflows.payment_failed import PaymentFailed
from workflows.payment_success import PaymentSuccess
from workflows.refund_failed import RefundFailed


class FollowUpStart(NamedTuple):
    """How the saga of an event is started: its run method, queue, first status and summary."""

    run: Any
    queue: TaskQueue
    status: PurchaseStatus
    summary: str


FOLLOW_UPS = {
    PaymentSuccessInput: FollowUpStart(
        PaymentSuccess.run, TaskQueue.PAYMENT_SUCCESS, PurchaseStatus.PROCESSING, "Deliver what payment {} pays"
    ),
    PaymentFailedInput: FollowUpStart(
        PaymentFailed.run,
        TaskQueue.PAYMENT_FAILED,
        PurchaseStatus.AWAITING_PAYMENT,
        "Look after the failed payment {}",
    ),
    # On the queue of the other failures.
    RefundFailedInput: FollowUpStart(
        RefundFailed.run, TaskQueue.PAYMENT_FAILED, PurchaseStatus.REFUNDED, "See to the failed refund of payment {}"
    ),
}

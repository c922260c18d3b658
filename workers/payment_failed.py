"""The worker of the task queue `payment-failed`."""

from domain.messages import TaskQueue
from workers.process import run
from workflows.payment_failed import PaymentFailed
from workflows.refund_failed import RefundFailed

if __name__ == "__main__":
    run(TaskQueue.PAYMENT_FAILED, [PaymentFailed, RefundFailed], "payment failed")

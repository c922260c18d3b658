"""The worker of the task queue `payment-success`."""

from domain.messages import TaskQueue
from workers.process import run
from workflows.payment_success import PaymentSuccess

if __name__ == "__main__":
    run(TaskQueue.PAYMENT_SUCCESS, [PaymentSuccess], "payment success")

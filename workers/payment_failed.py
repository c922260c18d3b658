"""The worker of the task queue `payment-failed`."""

from domain.messages import TaskQueue
from workers.process import run

if __name__ == "__main__":
    run(TaskQueue.PAYMENT_FAILED, "payment failed")

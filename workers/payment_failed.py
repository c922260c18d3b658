"""`python -m workers.payment_failed`, as `python -m workers payment_failed`: the worker of that task queue."""

from domain.messages import TaskQueue
from workers.process import run

if __name__ == "__main__":
    run(TaskQueue.PAYMENT_FAILED)

"""`python -m workers.start_payment`, as `python -m workers start_payment`: the worker of that task queue."""

from domain.messages import TaskQueue
from workers.process import run

if __name__ == "__main__":
    run(TaskQueue.START_PAYMENT)

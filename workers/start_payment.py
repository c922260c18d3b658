"""The worker of the task queue `start-payment`."""

from domain.messages import TaskQueue
from workers.process import run

if __name__ == "__main__":
    run(TaskQueue.START_PAYMENT, "start payment")

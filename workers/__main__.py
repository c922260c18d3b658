"""`python -m workers start_payment`: work on the task queue of that name (`start-payment`) until SIGTERM or SIGINT."""

import argparse

from domain.messages import TaskQueue
from workers.process import run

QUEUES = {queue.replace("-", "_"): queue for queue in TaskQueue}


def main() -> None:
    """Run the worker."""
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__)
    parser.add_argument("queue", choices=QUEUES, help="whose sagas it runs")
    run(QUEUES[parser.parse_args().queue])


if __name__ == "__main__":
    main()

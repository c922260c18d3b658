"""gunicorn's settings for the intake (read by itself from the folder where it starts)."""

import logging
import sys

worker_class = "gthread"
# Each request waits on Temporal or a service, not on the processor: threads, one process per core at most.
threads = 32
# Longer than the longest answer, 10 s for an opening and 5 s for its secret.
graceful_timeout = 15
# A heartbeat in memory: on a slow disk gunicorn takes its own workers for dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108

logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(name)s %(message)s")


def when_ready(server: object) -> None:  # noqa: ARG001 - gunicorn's signature
    """Say so in Flask's words, which platforms wait for."""
    print(" * Serving Flask app 'app'", flush=True)

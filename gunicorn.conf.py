"""gunicorn's settings for the intake (read by itself from the folder where it starts)."""

from config import settings
from webapi.logs import log_to_stdout

worker_class = "gthread"
# Each request waits on Temporal or a service, not on the processor: threads, one process per core at most.
threads = 32
# Longer than the longest answer, 10 s for an opening and 5 s for its secret.
graceful_timeout = 15
# A heartbeat in memory: on a slow disk gunicorn takes its own workers for dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108

# gunicorn's control socket would stand in the home folder; nobody asks it.
control_socket_disable = True

log_to_stdout()


def on_starting(server: object) -> None:  # noqa: ARG001 - gunicorn's signature
    """Refuse wrong settings here, once: a worker that ends is started again and again."""
    settings()


def when_ready(server: object) -> None:  # noqa: ARG001 - gunicorn's signature
    """Say so in Flask's words, which platforms wait for."""
    print(" * Serving Flask app 'app'", flush=True)

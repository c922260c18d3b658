"""gunicorn's settings for the intake (read by itself from the folder where it starts)."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import psutil

from config import settings
from lib.webapi import gunicorn_telemetry, gunicorn_worker

proc_name = "intake"
# 512 KiB: an event of Stripe's (app.webhooks); its other routes take less, and say so.
worker_class = gunicorn_worker.buffering(512 * 1024)
keepalive = gunicorn_worker.KEEP_ALIVE_S
logger_class = "lib.webapi.gunicorn_telemetry.Logger"
post_fork = gunicorn_telemetry.post_fork
worker_exit = gunicorn_telemetry.worker_exit
# Each request waits on Temporal or a service, not on the processor: many threads (each has some 100 KB), shared out in
# app.bulkheads, and one process per core at most (WEB_CONCURRENCY).
threads = 1120
# Beside those that are served: who only connects, or drips, costs no thread, and the oldest make room for new ones.
worker_connections = 4096
# Longer than the longest answer, 10 s for an opening and 5 s for its secret.
graceful_timeout = 15
# The most that gunicorn reads: an overlong value is refused by its route, which says what is wrong with it.
limit_request_line = 8190
# A heartbeat in memory: on a slow disk gunicorn takes its own workers for dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# Whose X-Forwarded-* is believed, TRUSTED_PROXIES says; gunicorn would believe the whole machine.
forwarded_allow_ips = ""

# gunicorn's control socket would stand in the home folder; nobody asks it.
control_socket_disable = True

# By this variable prometheus_client knows where several processes count.
METRICS = "PROMETHEUS_MULTIPROC_DIR"
METRICS_PREFIX = "buy-projects-metrics-"


def on_starting(server: Any) -> None:
    """Refuse wrong settings here, once: a worker that ends is started again and again."""
    settings()
    if server.cfg.workers > 1:
        _remove_what_the_killed_have_left()
        # New for each start, so that nothing of an earlier one is added up.
        os.environ[METRICS] = tempfile.mkdtemp(prefix=f"{METRICS_PREFIX}{os.getpid()}-")


def when_ready(server: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Say in Flask's words, which platforms wait for, that we serve."""
    print(" * Serving Flask app 'app'", flush=True)


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Forget what a process that has ended said of its present; what it has counted stays in the sum."""
    if METRICS in os.environ:
        # Not before it is known where they count: the library looks once, when it is imported.
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Remove what the processes have counted: their next start begins at 0, as one process does."""
    if folder := os.environ.get(METRICS):
        shutil.rmtree(folder, ignore_errors=True)


def _remove_what_the_killed_have_left() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{METRICS_PREFIX}*"):
        pid = folder.name.removeprefix(METRICS_PREFIX).partition("-")[0]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)

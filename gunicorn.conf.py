"""gunicorn's settings for the intake (read by itself from the folder where it starts)."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import psutil

from config import settings
from lib.webapi import gunicorn_worker

# What holds for every web server of ours holds for this one; what follows is the intake's own.
from lib.webapi.gunicorn_conf import (  # noqa: F401 - gunicorn reads them
    control_socket_disable,
    keepalive,
    limit_request_line,
    logger_class,
    post_fork,
    worker_exit,
    worker_tmp_dir,
)

proc_name = "intake"
# 512 KiB: an event of Stripe's (app.webhooks); its other routes take less, and say so.
worker_class = gunicorn_worker.buffering(512 * 1024)
# Each request waits on Temporal or a service, not on the processor: many threads (each has some 100 KB), shared out in
# app.bulkheads, and one process per core at most (WEB_CONCURRENCY).
threads = 1120
# Beside those that are served: who only connects, or drips, costs no thread, and the oldest make room for new ones.
worker_connections = 4096
# Longer than the longest answer, 10 s for an opening and 5 s for its secret.
graceful_timeout = 15
# Whose X-Forwarded-* is believed, TRUSTED_PROXIES says; gunicorn would believe the whole machine.
forwarded_allow_ips = ""

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

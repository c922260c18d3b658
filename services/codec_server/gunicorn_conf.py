"""gunicorn's settings for the codec server, beside its name and address."""

from lib.webapi import gunicorn_worker

# As every service: an orderly stop lets the running requests end, and its sessions are in its one process's memory.
from lib.webapi.gunicorn_conf import (  # noqa: F401 - gunicorn reads them
    control_socket_disable,
    graceful_timeout,
    keepalive,
    logger_class,
    worker_tmp_dir,
    workers,
)

# 6 MiB: services.codec_server.application's.
worker_class = gunicorn_worker.buffering(6 * 1024 * 1024)
# Some people look at pages; each request takes a millisecond.
threads = 16

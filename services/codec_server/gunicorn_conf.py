"""gunicorn's settings for the codec server, beside its name and address."""

from lib.webapi import gunicorn_worker

# 6 MiB: services.codec_server.application's.
worker_class = gunicorn_worker.buffering(6 * 1024 * 1024)
keepalive = gunicorn_worker.KEEP_ALIVE_S
logger_class = "lib.webapi.gunicorn_telemetry.Logger"
# Its sessions are in its memory.
workers = 1
# Some people look at pages; each request takes a millisecond.
threads = 16
# As the services have: an orderly stop lets the running requests end.
graceful_timeout = 10
# A heartbeat in memory: on a slow disk gunicorn takes its own workers for dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# gunicorn's control socket would stand in the home folder; nobody asks it.
control_socket_disable = True

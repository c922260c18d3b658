"""gunicorn's settings for every service, beside its name and address."""

from lib.webapi import gunicorn_telemetry, gunicorn_worker

worker_class = gunicorn_worker.Worker
keepalive = gunicorn_worker.KEEP_ALIVE_S
logger_class = "lib.webapi.gunicorn_telemetry.Logger"
post_fork = gunicorn_telemetry.post_fork
worker_exit = gunicorn_telemetry.worker_exit
# One process: replicas are seen and scraped each by itself. More on PostgreSQL: GUNICORN_CMD_ARGS="--workers 3".
# Set here, for otherwise gunicorn would take WEB_CONCURRENCY, which is the intake's.
workers = 1
# Each request waits on a database or a provider, not on the processor.
threads = 32
# 10 s: an orderly stop lets the running requests end; the longest call to the provider takes less.
graceful_timeout = 10
# The most that gunicorn reads: an overlong value is refused by its route, which says what is wrong with it.
limit_request_line = 8190
# The workers' heartbeat files in memory: on a slow disk gunicorn would take its workers for dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# gunicorn's control socket is not used, and all services would share one in the home folder.
control_socket_disable = True

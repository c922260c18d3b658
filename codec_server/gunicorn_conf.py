"""gunicorn's settings for the codec server, beside those on its command line."""

from webapi import gunicorn_worker

# 6 MiB: codec_server.application's.
worker_class = gunicorn_worker.buffering(6 * 1024 * 1024)
keepalive = gunicorn_worker.KEEP_ALIVE_S
logger_class = "webapi.gunicorn_telemetry.Logger"
# A heartbeat in memory: on a slow disk gunicorn takes its own workers for dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# gunicorn's control socket would stand in the home folder; nobody asks it.
control_socket_disable = True

"""gunicorn's settings for every service, beside those on its command line."""

from webapi.logs import log_to_stdout

# A heartbeat in memory: on a slow disk gunicorn takes its own workers for dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# gunicorn's control socket would stand in the home folder, one for all services; nobody asks it.
control_socket_disable = True

log_to_stdout()

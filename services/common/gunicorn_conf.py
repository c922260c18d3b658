"""gunicorn's settings for every service, beside those on its command line."""

from webapi.logs import log_to_stdout

# The most that gunicorn reads: an overlong value is refused by its route, which says what is wrong with it.
limit_request_line = 8190
# A heartbeat in memory: on a slow disk gunicorn takes its own workers for dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# gunicorn's control socket would stand in the home folder, one for all services; nobody asks it.
control_socket_disable = True

log_to_stdout()

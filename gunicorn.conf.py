"""gunicorn's settings for the intake (read by itself from the folder where it starts)."""

import socket
import struct
from typing import Any

from config import settings
from webapi.logs import log_to_stdout

worker_class = "gthread"
# Each request waits on Temporal or a service, not on the processor: many threads, one process per core at most. 64 more
# than buyers may take (app.places); each thread has some 100 KB.
threads = 576
# Longer than the longest answer, 10 s for an opening and 5 s for its secret.
graceful_timeout = 15
# A heartbeat in memory: on a slow disk gunicorn takes its own workers for dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108

# gunicorn's control socket would stand in the home folder; nobody asks it.
control_socket_disable = True

# 5 s for the next bytes of a request, or for the client to take some of its answer: who stalls longer is gone, and must
# not keep a thread. gunicorn has no such limit once a request has begun.
STALL_MAX = struct.pack("ll", 5, 0)

log_to_stdout()


def on_starting(server: object) -> None:  # noqa: ARG001 - gunicorn's signature
    """Refuse wrong settings here, once: a worker that ends is started again and again."""
    settings()


def when_ready(server: Any) -> None:
    """Limit how long a client may stall, and say in Flask's words, which platforms wait for, that we serve."""
    for listener in server.LISTENERS:
        # Accepted connections inherit it (Linux), and gunicorn's blocking reads and writes then end with an error.
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            listener.sock.setsockopt(socket.SOL_SOCKET, option, STALL_MAX)
    print(" * Serving Flask app 'app'", flush=True)

"""gunicorn's logs and traces: its lines go through our logging, and each of its processes traces."""

from typing import Any

from gunicorn.glogging import Logger as OwnLogger  # type: ignore[import-untyped]

from lib.telemetry import logs, tracing


class Logger(OwnLogger):  # type: ignore[misc]
    """gunicorn's logger without its handlers; it is made first of all, and so sets up the logs of the process."""

    def setup(self, cfg: Any) -> None:
        """Let gunicorn set its levels, and hand its lines to the root logger."""
        logs.set_up(cfg.proc_name)
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Trace in the process that serves: the thread that sends spans would not survive the fork."""
    tracing.set_up(server.cfg.proc_name)


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Send the last spans."""
    tracing.end()

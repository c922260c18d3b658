"""How every process of ours logs: lines on stdout, and of libraries only what an operator can act on."""

import logging
import sys

from webapi.request_ids import request_id

# These tell every request, or one broken connection in ten lines with tracebacks; our own lines say it in one. The
# limiter's would name the buyer's address.
CHATTY = {
    "httpx": logging.WARNING,
    "stripe": logging.WARNING,
    "pika": logging.CRITICAL,
    "flask-limiter": logging.WARNING,
    "flask_cors": logging.WARNING,
}
FORMAT = "%(levelname)s %(name)s %(request_id)s %(message)s"


class Named(logging.Filter):
    """Gives each line the id of its request; it runs in the thread and in the task that log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        record.request_id = request_id()
        return True


def log_to_stdout() -> None:
    """Set up logging for this process."""
    handler = logging.StreamHandler(sys.stdout)
    # At the handler, for a logger's filters do not see what its children log.
    handler.addFilter(Named())
    logging.basicConfig(handlers=[handler], level=logging.INFO, format=FORMAT)
    for name, level in CHATTY.items():
        logging.getLogger(name).setLevel(level)

"""How every process of ours logs: lines on stdout, and of libraries only what an operator can act on."""

import logging
import sys

# These tell every request, or one broken connection in ten lines with tracebacks; our own lines say it in one.
CHATTY = {"httpx": logging.WARNING, "stripe": logging.WARNING, "pika": logging.CRITICAL}


def log_to_stdout() -> None:
    """Set up logging for this process."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for name, level in CHATTY.items():
        logging.getLogger(name).setLevel(level)

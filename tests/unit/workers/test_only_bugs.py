"""What of the SDK's tracebacks reaches a worker's log."""

import logging

from temporalio.exceptions import ApplicationError

from workers.process import OnlyBugs


def record(error: Exception) -> logging.LogRecord:
    """What the SDK logs of a failed step."""
    return logging.LogRecord("x", logging.WARNING, __file__, 1, "failed", None, (type(error), error, None))


def test_an_expected_failure_has_no_traceback() -> None:
    """An outage tells one line per attempt, not forty."""
    assert not OnlyBugs().filter(record(ApplicationError("away", type="unavailable")))


def test_a_bug_keeps_its_traceback() -> None:
    """What nobody expected is told in full."""
    assert OnlyBugs().filter(record(KeyError("x")))


def test_what_is_no_failure_passes() -> None:
    """Other records are left alone."""
    assert OnlyBugs().filter(logging.LogRecord("x", logging.INFO, __file__, 1, "hello", None, None))

"""The lines of Temporal's SDK below Python: it would write them to stderr in a form of its own."""

import logging
from functools import lru_cache

from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter


def forwarding() -> LoggingConfig:
    """How a runtime hands its lines to our loggers: warnings and errors, as it would have written them."""
    log = logging.getLogger("temporalio.core")
    to_us = LogForwardingConfig(log, append_target_to_name=False, prepend_target_on_message=False)
    return LoggingConfig(filter=TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=to_us)


@lru_cache(maxsize=1)
def runtime() -> Runtime:
    """The runtime of a process that has no other one; made at the first use, after the web server has forked."""
    return Runtime(telemetry=TelemetryConfig(logging=forwarding()))

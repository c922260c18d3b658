"""How every process of ours logs: one line for one event on stdout, ours and the libraries', with the ids it bears.

All of it goes through the standard library's loggers, so callers need not know this module; structlog makes the lines.
"""

import logging
import sys
import threading
from types import TracebackType
from typing import Any

import structlog
from opentelemetry import trace
from structlog.types import EventDict, Processor

from lib.settings import read
from lib.telemetry.settings import LogSettings

# These tell every request, or one broken connection in ten lines with tracebacks; our own lines say it in one. The
# limiter's would name the buyer's address.
CHATTY = {
    "httpx": logging.WARNING,
    "stripe": logging.WARNING,
    "pika": logging.CRITICAL,
    "flask-limiter": logging.WARNING,
    "flask_cors": logging.WARNING,
}
# What the console shows of an id: enough to tell purchases apart, and to find one's other lines by.
SHOWN = 8
# Hidden on the console, where they would push the rest of a line off the screen.
HIDDEN = ("process", "run_id", "workflow_id", "trace_id", "span_id", "method", "route", "status", "took_ms")
# 25 frames around a fault: our deepest request has fewer of its own.
FRAMES_MAX = 25

log = logging.getLogger(__name__)


def set_up(process: str) -> None:
    """Set up logging for this process, by the name that it has in the design."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter(process, is_json=read(LogSettings).is_json, colors=sys.stdout.isatty()))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name, level in CHATTY.items():
        logging.getLogger(name).setLevel(level)
    # Warnings, and whatever ends a thread or the process, would be no lines of ours otherwise.
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_end
    threading.excepthook = lambda end: _log_end(end.exc_type, end.exc_value, end.exc_traceback)


def formatter(process: str, *, is_json: bool, colors: bool = False) -> logging.Formatter:
    """What makes a line of a record."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=["method", "route", "status", "took_ms"]),
        _add_temporal,
        _add_trace,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=_json(process) if is_json else _console(colors=colors)
    )


def _json(process: str) -> list[Processor]:
    def add_process(_logger: Any, _method: str, event: EventDict) -> EventDict:
        return {**event, "process": process}

    # Without locals: they hold the arguments of the failed call.
    frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=FRAMES_MAX)
    return [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_process,
        structlog.processors.ExceptionRenderer(frames),
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(),
    ]


def _console(*, colors: bool) -> list[Processor]:
    return [
        structlog.processors.TimeStamper(fmt="%H:%M:%S.%f", utc=False),
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _shorten,
        structlog.dev.ConsoleRenderer(
            colors=colors, pad_event_to=50, pad_level=True, exception_formatter=structlog.dev.plain_traceback
        ),
    ]


def _shorten(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Keep a developer's line on one row of the screen; the JSON lines have all of it."""
    kept = {name: value for name, value in event.items() if name not in HIDDEN}
    # Milliseconds are enough for eyes.
    kept["timestamp"] = kept["timestamp"][: -len("000")]
    for name in ("purchase_id", "request_id"):
        if len(value := str(kept.get(name, ""))) > SHOWN:
            kept[name] = f"{value[:SHOWN]}…"
    return kept


def _add_temporal(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The workflow that the SDK's own loggers know of: a workflow's, a step's."""
    record = event["_record"]
    for known in (getattr(record, "temporal_workflow", None), getattr(record, "temporal_activity", None)):
        if known:
            event.setdefault("workflow_id", known.get("workflow_id"))
            event.setdefault("run_id", known.get("run_id") or known.get("workflow_run_id"))
    return event


def _add_trace(_logger: Any, _method: str, event: EventDict) -> EventDict:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"] = trace.format_trace_id(span.trace_id)
        event["span_id"] = trace.format_span_id(span.span_id)
    return event


def _log_end(kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        log.critical("a thread ends by a fault", exc_info=(kind, error or kind(), at))

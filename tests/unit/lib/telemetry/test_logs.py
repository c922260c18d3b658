"""The lines that our processes write."""

import io
import json
import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider

from lib.telemetry import ids
from lib.telemetry.logs import formatter
from lib.telemetry.settings import LogSettings

PURCHASE = "3f5a1c0d2ab5d84f7c9d0c6a1f5f0a7b11e2d4c6b8a09f8e7d6c5b4a39281706"

Act = Callable[[logging.Logger], None]


def written(act: Act, *, is_json: bool) -> str:
    """What a logger writes whose lines go through our formatter."""
    printed = io.StringIO()
    handler = logging.StreamHandler(printed)
    handler.setFormatter(formatter("intake", is_json=is_json))
    log = logging.getLogger("app.endpoint")
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    act(log)
    log.removeHandler(handler)
    return printed.getvalue()


def line(act: Act) -> dict[str, Any]:
    """The one JSON line that comes of it."""
    (only,) = written(act, is_json=True).splitlines()
    told: dict[str, Any] = json.loads(only)
    return told


def test_a_json_line_has_all_that_machines_look_for() -> None:
    """Time, level, logger, process and event; the ids that are bound; a request's own fields, and nobody else's."""
    with ids.scope(request_id="r-1", purchase_id=PURCHASE):
        told = line(lambda log: log.info("%s %d", "GET /x", 200, extra={"status": 200, "secret": "s"}))
    assert datetime.fromisoformat(told.pop("timestamp")).utcoffset() == timedelta()
    assert told == {
        "level": "info",
        "logger": "app.endpoint",
        "process": "intake",
        "event": "GET /x 200",
        "request_id": "r-1",
        "purchase_id": PURCHASE,
        "status": 200,
    }


def test_what_the_sdk_knows_of_a_workflow_stands_in_its_lines() -> None:
    """Temporal's loggers of workflows and of steps tell them by names of their own."""
    of_workflow = {"temporal_workflow": {"workflow_id": "purchase/p1", "run_id": "r"}}
    of_step = {"temporal_activity": {"workflow_id": "purchase/p1", "workflow_run_id": "r"}}
    for extra in (of_workflow, of_step):
        told = line(lambda log, extra=extra: log.warning("late", extra=extra))  # type: ignore[misc]
        assert (told["workflow_id"], told["run_id"]) == ("purchase/p1", "r")


def test_a_line_within_a_span_names_its_trace() -> None:
    """Whoever reads the line finds the trace."""
    with TracerProvider(shutdown_on_exit=False).get_tracer("test").start_as_current_span("work") as span:
        told = line(lambda log: log.info("here"))
    assert told["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert told["span_id"] == f"{span.get_span_context().span_id:016x}"


def test_a_fault_is_told_frame_by_frame_without_its_locals() -> None:
    """One line, whose traceback is a list; what the failing code was told is not in it."""

    def fail(log: logging.Logger) -> None:
        token = "s3cret"
        try:
            int(f"{len(token)}x")
        except ValueError:
            log.exception("it failed")

    told = line(fail)
    (fault,) = told["exception"]
    assert (fault["exc_type"], fault["frames"][-1]["name"]) == ("ValueError", "fail")
    assert "s3cret" not in json.dumps(told)


def test_a_line_of_the_console_fits_on_the_screen() -> None:
    """Level, event, logger and short ids; the rest is for machines."""
    with ids.scope(request_id="r-1", purchase_id=PURCHASE, workflow_id=f"purchase/{PURCHASE}"):
        told = written(lambda log: log.info("hello", extra={"status": 200}), is_json=False)
    wanted = r"\d\d:\d\d:\d\d\.\d{3} \[info *\] hello +\[app.endpoint\] purchase_id=3f5a1c0d… request_id=r-1\n"
    assert re.fullmatch(wanted, told), told


@pytest.mark.parametrize(
    ("environment", "log_format", "is_json"),
    [
        ("development", "", False),
        ("production", "", True),
        ("development", "json", True),
        ("production", "console", False),
    ],
)
def test_production_writes_json_unless_told_otherwise(environment: str, log_format: str, is_json: bool) -> None:
    """LOG_FORMAT decides; without it ENVIRONMENT does."""
    assert LogSettings(environment=environment, log_format=log_format).is_json is is_json

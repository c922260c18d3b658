"""A collector that is away, or that hangs, costs spans and nothing else."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from socket import create_server

import pytest

from tools.devstack.options import ROOT
from tools.devstack.patience import PATIENCE_S
from tools.devstack.ports import free_port

# More than the queue takes.
SPANS = 5000
PROGRAM = f"""
from opentelemetry import trace
from lib.telemetry import tracing
tracing.set_up("test")
for _ in range({SPANS}):
    with trace.get_tracer("test").start_as_current_span("work"):
        pass
print("worked", flush=True)
tracing.end()
print("ended", flush=True)
"""


@contextmanager
def refusing() -> Iterator[int]:
    """A port at which nobody listens."""
    yield free_port()


@contextmanager
def silent() -> Iterator[int]:
    """A port at which somebody takes connections and never says a word."""
    with closing(create_server(("127.0.0.1", 0))) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize("away", [refusing, silent])
def test_a_process_works_and_ends_without_its_collector(away: Callable[[], AbstractContextManager[int]]) -> None:
    """Spans beyond the queue are dropped, and the end of the process waits a moment and not for the collector."""
    with away() as port:
        told = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}", "OTEL_TRACES_SAMPLER": "always_on"}
        # An hour for an answer: who waited for it would not be back before the test gives up.
        told["OTEL_EXPORTER_OTLP_TIMEOUT"] = "3600"
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=os.environ | told,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    assert (done.returncode, done.stdout.split()) == (0, ["worked", "ended"])

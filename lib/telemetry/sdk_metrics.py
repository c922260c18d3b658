"""The metrics of a worker: Temporal's SDK counts, and answers Prometheus itself on an address of its own."""

import sys
from collections.abc import Mapping, Sequence

from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from lib.telemetry.metrics import ANSWER_BUCKETS_S
from lib.telemetry.sdk_logs import forwarding

# The SDK's own latencies, of calls and of tasks, from what a good one takes to the longest that a step may, 10 s; what
# waits for a worker may wait for minutes. Half of its default buckets are too coarse for ours, the rest too long.
LATENCIES = (
    "request_latency",
    "workflow_task_execution_latency",
    "workflow_task_replay_latency",
    "activity_execution_latency",
    "workflow_task_schedule_to_start_latency",
    "activity_schedule_to_start_latency",
    "activity_succeed_endtoend_latency",
)
LATENCY_BUCKETS_S = (*ANSWER_BUCKETS_S, 60.0, 300.0)
# How long sagas live: from seconds to the days that an operator may take.
LIVES = ("workflow_endtoend_latency",)


def metered_runtime(address: str, life_buckets_s: Sequence[float], buckets_s: Mapping[str, Sequence[float]]) -> Runtime:
    """A runtime that answers `GET /metrics` at `address` (host:port); whoever counts must be made with it.

    `buckets_s` are those of our own histograms, by the name that their meter has. Exits with a readable line where the
    address is none, or is taken.
    """
    overrides: dict[str, Sequence[float]] = {
        **{f"temporal_{name}": LATENCY_BUCKETS_S for name in LATENCIES},
        **{f"temporal_{name}": life_buckets_s for name in LIVES},
        **buckets_s,
    }
    prometheus = PrometheusConfig(
        bind_address=address,
        # As Prometheus' own rules for names have it: `_total` on counters, the unit on the rest, seconds for times.
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides=overrides,
    )
    try:
        # Without the SDK's label service_name: which process it is, Prometheus knows by itself.
        return Runtime(telemetry=TelemetryConfig(logging=forwarding(), metrics=prometheus, attach_service_name=False))
    except (RuntimeError, ValueError) as error:
        sys.exit(f"The settings are wrong: METRICS_ADDRESS: no metrics can be told at {address}: {error}")

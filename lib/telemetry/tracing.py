"""Traces by OpenTelemetry: off unless OTEL_EXPORTER_OTLP_ENDPOINT says where they go.

Nothing waits for the collector: spans are queued (2048, then the oldest are dropped), sent by a
thread of their own, and given up at the end of the process after `FLUSH_S`.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import set_global_textmap
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.trace import Link, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from lib.settings import read
from lib.telemetry import ids
from lib.telemetry.known_spans import KnownSpans
from lib.telemetry.settings import TraceSettings, use_stable_names

# 1 s: a collector that is there takes the last spans in milliseconds, and every process has to stop within seconds.
FLUSH_S = 1.0

# W3C Trace Context alone: baggage is other people's data, and no business of ours.
_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("buy-projects")


def are_on() -> bool:
    """Whether this process has been told where traces go."""
    return read(TraceSettings).are_on


def set_up(process: str) -> None:
    """Begin to trace, if told to; after the web server has forked, for a thread does not survive that."""
    if not are_on():
        return
    use_stable_names()
    provider = TracerProvider(
        sampler=sampler(read(TraceSettings)), resource=Resource.create({SERVICE_NAME: process}), shutdown_on_exit=False
    )
    provider.add_span_processor(_WithIds())
    provider.add_span_processor(BatchSpanProcessor(KnownSpans(OTLPSpanExporter())))
    trace.set_tracer_provider(provider)
    set_global_textmap(_propagator)


def end() -> None:
    """Send what waits, for a moment; the collector may be away."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        flush = threading.Thread(target=provider.shutdown, name="last spans", daemon=True)
        flush.start()
        flush.join(FLUSH_S)


def traceparent() -> str | None:
    """The trace at hand as W3C Trace Context writes it, sampled or not; None while nothing is traced."""
    return _carrier().get("traceparent")


@contextmanager
def continued(given: object) -> Iterator[None]:
    """Go on with the trace that `given` names; what runs already is linked to it. Without one nothing changes."""
    there = trace.get_current_span(_extracted(given)).get_span_context()
    if not there.is_valid:
        yield
        return
    trace.get_current_span().add_link(there)
    token = context.attach(_extracted(given))
    try:
        yield
    finally:
        context.detach(token)


@contextmanager
def calling(name: str) -> Iterator[None]:
    """A span for a call that does not pass our trace on."""
    with _tracer.start_as_current_span(name, kind=SpanKind.CLIENT):
        yield


@contextmanager
def publishing(kind: str, message_id: str) -> Iterator[Mapping[str, str]]:
    """A span for publishing a message; yields the headers with which its reader continues the trace."""
    attributes = {"messaging.system": "rabbitmq", "messaging.message.id": message_id}
    with _tracer.start_as_current_span(f"publish {kind}", kind=SpanKind.PRODUCER, attributes=attributes):
        yield _carrier()


@contextmanager
def consuming(kind: str, message_id: str, given: object) -> Iterator[None]:
    """A span for a message that was read, in its publisher's trace."""
    attributes = {"messaging.system": "rabbitmq", "messaging.message.id": message_id}
    with _tracer.start_as_current_span(
        f"process {kind}", context=_extracted(given), kind=SpanKind.CONSUMER, attributes=attributes
    ):
        yield


def link_to(given: str) -> Link | None:
    """A link to the trace that a stranger's header names, if it is valid."""
    there = trace.get_current_span(_extracted(given)).get_span_context()
    return Link(there) if there.is_valid else None


def _carrier() -> dict[str, str]:
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier


def _extracted(given: object) -> context.Context:
    """The context of a traceparent; an empty one for any other value, for it may come from anywhere."""
    return _propagator.extract({"traceparent": given if isinstance(given, str) else ""}, context.Context())


def sampler(settings: TraceSettings) -> Sampler | None:
    """Ours, unless the SDK's own variable names one."""
    return None if settings.otel_traces_sampler else ParentBased(TraceIdRatioBased(settings.ratio))


class _WithIds(SpanProcessor):
    """Gives each span the ids that are bound where it begins, so that a purchase's trace is found by its id."""

    def on_start(self, span: trace.Span, parent_context: context.Context | None = None) -> None:  # noqa: ARG002
        for name in (ids.REQUEST, *ids.NAMED):
            if value := ids.bound(name):
                span.set_attribute(name, value)

"""Traces: how they are joined, how many are sampled, and what of a span leaves the process."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode, Tracer
from pydantic import ValidationError

from lib.telemetry import tracing
from lib.telemetry.known_spans import KnownSpans
from lib.telemetry.settings import TraceSettings

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
GIVEN = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def sent() -> InMemorySpanExporter:
    """What has left the process."""
    return InMemorySpanExporter()


@pytest.fixture
def tracer(sent: InMemorySpanExporter) -> Tracer:
    """A tracer whose spans leave as ours do."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(KnownSpans(sent)))
    return provider.get_tracer("test")


def trace_id(span: ReadableSpan) -> str:
    """The trace that it belongs to."""
    assert span.context
    return trace.format_trace_id(span.context.trace_id)


def test_a_trace_that_is_named_goes_on(tracer: Tracer, sent: InMemorySpanExporter) -> None:
    """What is begun within belongs to it; what ran before is linked to it and goes on by itself."""
    with tracer.start_as_current_span("webhook"):
        with tracing.continued(GIVEN):
            assert tracing.traceparent() == GIVEN
            with tracer.start_as_current_span("start"):
                pass
        with tracer.start_as_current_span("answer"):
            pass
    start, answer, webhook = sent.get_finished_spans()
    assert trace_id(start) == TRACE
    assert trace_id(answer) == trace_id(webhook)
    assert [f"{link.context.trace_id:032x}" for link in webhook.links] == [TRACE]


@pytest.mark.parametrize("given", [None, "", "nonsense", 7, GIVEN + "-more\n", f"00-{'0' * 32}-00f067aa0ba902b7-01"])
def test_what_names_no_trace_changes_nothing(given: object, tracer: Tracer) -> None:
    """Whatever stands in an event's metadata, or in a message."""
    with tracer.start_as_current_span("webhook") as span, tracing.continued(given):
        assert trace.get_current_span() is span


def test_while_nothing_is_traced_there_is_no_trace() -> None:
    """Nothing is written on a payment, in a message or in a header."""
    with tracing.publishing("payment.success", "m-1") as carried, tracing.calling("Stripe create"):
        assert (carried, tracing.traceparent()) == ({}, None)


def test_only_what_is_known_leaves(tracer: Tracer, sent: InMemorySpanExporter) -> None:
    """A library's address, query and error text stay; its method, route, ids and the error's class go."""
    attributes = {"http.route": "/x/<id>", "purchase_id": "p1", "url.query": "q=secret", "client.address": "192.0.2.1"}
    with tracer.start_as_current_span("GET /x/<id>", attributes=attributes) as span:
        span.record_exception(ValueError("secret"))
        span.set_status(Status(StatusCode.ERROR, "secret"))
    (seen,) = sent.get_finished_spans()
    assert seen.attributes == {"http.route": "/x/<id>", "purchase_id": "p1"}
    assert [event.attributes for event in seen.events] == [{"exception.type": "ValueError"}]
    assert (seen.status.status_code, seen.status.description) == (StatusCode.ERROR, None)
    assert "secret" not in seen.to_json()


@pytest.mark.parametrize(
    ("told", "on"),
    [
        ({}, False),
        ({"otel_exporter_otlp_endpoint": "http://collector:4318"}, True),
        ({"otel_exporter_otlp_traces_endpoint": "http://collector:4318/v1/traces"}, True),
        ({"otel_exporter_otlp_endpoint": "http://collector:4318", "otel_sdk_disabled": True}, False),
    ],
)
def test_traces_are_off_until_somebody_says_where_they_go(told: dict[str, object], on: bool) -> None:
    """OpenTelemetry's own variables decide."""
    assert TraceSettings(**told).are_on is on  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("endpoint", "headers", "taken"),
    [
        ("http://collector:4318", "", True),
        ("https://collector.example", "authorization=Bearer a-key", True),
        ("http://collector:4318", "authorization=Bearer a-key", False),
        ("http://trace:development@collector:4318", "", False),
    ],
)
def test_production_sends_no_collectors_key_in_clear(endpoint: str, headers: str, taken: bool) -> None:
    """Without a key a collector in the cluster may be spoken to in clear; the fault does not show the key."""
    told = {"otel_exporter_otlp_endpoint": endpoint, "otel_exporter_otlp_headers": headers, "environment": "production"}
    if taken:
        assert TraceSettings(**told).are_on  # type: ignore[arg-type]
        return
    with pytest.raises(ValidationError, match="OTEL_EXPORTER_OTLP_") as refused:
        TraceSettings(**told)  # type: ignore[arg-type]
    assert "a-key" not in str(refused.value)


def test_one_purchase_in_ten_is_sampled_unless_told_otherwise() -> None:
    """The SDK's own default would be all of them."""
    by_default = tracing.sampler(TraceSettings())
    assert by_default
    assert by_default.get_description().startswith("ParentBased{root:TraceIdRatioBased{0.1},")
    assert tracing.sampler(TraceSettings(otel_traces_sampler="always_on")) is None

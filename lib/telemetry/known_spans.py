"""Which parts of a span leave the process: only those that hold no personal data and no secret.

Libraries add addresses, queries, headers, whole errors; a list of what may pass also stops what they add later.
"""

from collections.abc import Sequence

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status
from opentelemetry.util.types import Attributes

KNOWN = frozenset(
    {
        "request_id",
        "purchase_id",
        "payment_id",
        "http.request.method",
        # The pattern with its placeholders; a path may hold anything that a caller puts there.
        "http.route",
        "http.response.status_code",
        # A status or an exception's class.
        "error.type",
        "exception.type",
        "peer.service",
        "messaging.system",
        "messaging.message.id",
        # The words of Temporal's interceptor.
        "temporalWorkflowID",
        "temporalRunID",
        "temporalActivityID",
        "temporalUpdateID",
    }
)


class KnownSpans(SpanExporter):
    """An exporter that lets another one see only what is known; it works in the thread that sends."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export them without the rest."""
        return self._exporter.export([_known(span) for span in spans])

    def shutdown(self) -> None:
        """End the other one."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is kept here."""
        return self._exporter.force_flush(timeout_millis)


def _known(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_passed(span.attributes),
        events=[Event(event.name, _passed(event.attributes), event.timestamp) for event in span.events],
        links=[Link(link.context) for link in span.links],
        kind=span.kind,
        instrumentation_scope=span.instrumentation_scope,
        # Its description is an error's text.
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
    )


def _passed(attributes: Attributes) -> Attributes:
    return {name: value for name, value in (attributes or {}).items() if name in KNOWN}

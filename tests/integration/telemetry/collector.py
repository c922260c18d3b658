"""A small OTLP collector: takes spans over HTTP as any other does, and keeps them."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue


@dataclass(frozen=True)
class SeenSpan:
    """A span as it has arrived."""

    process: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str]
    # The ids of the traces that it is linked to.
    links: tuple[str, ...]


@dataclass
class Collector:
    """What has arrived at `url`: spans, and the bodies that they came in."""

    url: str
    bodies: list[bytes] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, body: bytes) -> None:
        """Keep a body."""
        with self._lock:
            self.bodies.append(body)

    def spans(self) -> list[SeenSpan]:
        """All that has arrived so far."""
        with self._lock:
            kept = list(self.bodies)
        return [span for body in kept for span in _read(ExportTraceServiceRequest.FromString(body))]


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.take(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield collector
        server.shutdown()


def _read(request: ExportTraceServiceRequest) -> Iterator[SeenSpan]:
    for group in request.resource_spans:
        process = _plain(group.resource.attributes)["service.name"]
        for scope in group.scope_spans:
            for span in scope.spans:
                yield SeenSpan(
                    process=process,
                    name=span.name,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    attributes=_plain(span.attributes),
                    links=tuple(link.trace_id.hex() for link in span.links),
                )


def _plain(attributes: Iterable[KeyValue]) -> dict[str, str]:
    return {each.key: str(getattr(each.value, each.value.WhichOneof("value") or "string_value")) for each in attributes}

"""Traces of the requests to an API."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.trace import Span

from lib.telemetry import tracing

# The platform calls these every second, and no purchase is involved.
EXCLUDED = "/health$,/ready$,/metrics$"
# The WSGI key for a caller's own trace, where the instrumentation does not read it.
UNTRUSTED = "buy-projects.untrusted-trace"

Application = Callable[..., Iterable[bytes]]


def trace_requests(api: Flask) -> None:
    """A span for each request, in the caller's trace; before the API's first hook and its first wrapper."""
    if tracing.are_on():
        FlaskInstrumentor.instrument_app(  # type: ignore[no-untyped-call]  # the library's gap
            api, request_hook=_described, excluded_urls=EXCLUDED, enable_commenter=False
        )


class UntrustedTraceBoundary:
    """WSGI around an application that anybody may call: each request begins a trace of our own, linked to the caller's.

    Otherwise a stranger would decide what is sampled, and could make one trace grow without end (W3C Trace Context,
    "Security considerations").
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        environ[UNTRUSTED] = environ.pop("HTTP_TRACEPARENT", "")
        environ.pop("HTTP_TRACESTATE", None)
        return self._application(environ, start_response)


def _described(span: Span, environ: dict[str, Any]) -> None:
    if request.url_rule is None:
        # The instrumentation would name the span by the path, which a caller can invent.
        span.update_name("(no route)")
    if link := tracing.link_to(environ.get(UNTRUSTED, "")):
        span.add_link(link.context)

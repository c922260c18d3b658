"""Traces of a client's calls; apart from an API's requests, so that a worker does not load a web framework."""

import httpx
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor, RequestInfo
from opentelemetry.trace import Span

from lib.telemetry import tracing


def trace_calls(client: httpx.AsyncClient, service: str) -> httpx.AsyncClient:
    """The client, which passes the trace of its calls on to `service`."""

    async def describe(span: Span, called: RequestInfo) -> None:
        span.update_name(f"{called.method.decode()} {service}")
        span.set_attribute("peer.service", service)

    if tracing.are_on():
        HTTPXClientInstrumentor.instrument_client(client, request_hook=describe)
    return client

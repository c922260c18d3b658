"""Which pages on other hosts may call the intake from a browser."""

from datetime import timedelta

from apiflask import APIFlask
from flask import Response
from flask_cors import CORS

from app.settings import IntakeSettings

# What a buyer's page sends, and what it has to read of an answer; no cookies are ever taken.
METHODS = ["GET", "HEAD", "POST"]
# A page that is watched by its owner's own tracing sends the last two with every call (W3C Trace Context).
REQUEST_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id", "traceparent", "tracestate"]
ANSWER_HEADERS = [
    # The page counts down to a deadline by our clock, not by the visitor's.
    "Date",
    "Idempotent-Replayed",
    "Location",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "X-Request-Id",
]
# 10 min without another preflight; Chromium keeps none longer than 2 h.
PREFLIGHT_LIFE = timedelta(minutes=10)


def let_pages_in(api: APIFlask, config: IntakeSettings) -> None:
    """Answer the origins of CORS_ORIGINS as browsers ask for it (Fetch Standard, "CORS protocol"), and no others."""
    if not config.cors_origins:
        return
    CORS(
        api,
        origins=list(config.cors_origins),
        methods=METHODS,
        allow_headers=REQUEST_HEADERS,
        expose_headers=ANSWER_HEADERS,
        max_age=PREFLIGHT_LIFE,
        always_send=False,
        vary_header=False,
    )

    @api.after_request
    def vary(response: Response) -> Response:
        """Vary every answer by origin: a cache must not give one origin the answer that was made for another."""
        response.vary.add("Origin")
        return response

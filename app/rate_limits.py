"""How often one address and one buyer may call: the address counts before the token is read, the buyer after it."""

import math
import time
from typing import Any

from apiflask import APIFlask
from flask import Response, g, request
from flask_limiter import HeaderNames, Limiter, RateLimitExceeded
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from app.settings import IntakeSettings
from lib.webapi.addresses import caller
from lib.webapi.problem_types import RATE_LIMITED

# Stripe's endpoint has a bulkhead of its own, and health checks must be answered under any load.
UNLIMITED = frozenset({"/webhooks/stripe", "/health", "/ready", "/metrics"})
# 1 s: Redis answers in a millisecond, on a drowning machine in some hundred. After that a request is let in, and
# the process counts by itself until Redis is back.
REDIS_TIMEOUT_S = 1.0
# draft-ietf-httpapi-ratelimit-headers (version 7): seconds until the window ends. The library calls that number
# Retry-After, which is for refusals alone; the time of day is the older X- header's.
HEADER_NAMES = {
    HeaderNames.LIMIT: "RateLimit-Limit",
    HeaderNames.REMAINING: "RateLimit-Remaining",
    HeaderNames.RETRY_AFTER: "RateLimit-Reset",
    HeaderNames.RESET: "X-RateLimit-Reset",
}


class RateLimits:
    """The limits of one application, counted in fixed windows that begin with a caller's first request."""

    def __init__(self, config: IntakeSettings) -> None:
        storage = config.rate_limit_storage_url
        in_redis = storage.startswith("redis")
        self._limiter = Limiter(
            _caller,
            application_limits=[config.rate_limit_address],
            # Paths without a route count too, so that nobody can guess paths without end.
            request_identifier=lambda: request.endpoint or "none",
            headers_enabled=True,
            header_name_mapping=HEADER_NAMES,
            storage_uri=storage,
            storage_options=_redis_options() if in_redis else {},
            in_memory_fallback_enabled=True,
            # When many requests miss Redis at once the library lets one fall back, and would fail the others.
            swallow_errors=True,
        )
        # Asked before the library looks any limit up: Stripe's events come by the hundred.
        self._limiter.request_filter(_is_unlimited)
        # Shared by all routes; the buyer stands in the request's own context, for all threads share this limit.
        buyer = self._limiter.shared_limit(config.rate_limit_buyer, scope="buyer", key_func=_buyer)
        # Counted with the answer, for a repeat does not count: it costs nothing.
        orders = self._limiter.shared_limit(
            config.rate_limit_purchases, scope="purchases", key_func=_buyer, deduct_when=_is_new
        )
        self._count = buyer(_admitted)
        self._count_order = orders(_admitted_to_order)

    def guard(self, api: APIFlask) -> None:
        """Count the requests to `api` by their address; call it before any other check is added."""
        self._limiter.init_app(api)

        @api.errorhandler(RateLimitExceeded)
        def refuse(_: RateLimitExceeded) -> Response:
            return RATE_LIMITED.problem(headers={"Retry-After": str(self._retry_after())}).response()

    def _retry_after(self) -> int:
        """Whole seconds (at least 1) until the window ends; all of it where Redis has gone away meanwhile."""
        breached = self._limiter.current_limit
        assert breached, "it has just been exceeded"
        try:
            return max(1, math.ceil(breached.reset_at - time.time()))
        except RedisError:
            return breached.limit.get_expiry()

    def admit(self, buyer_id: str) -> None:
        """Count a request for an authenticated buyer; raises RateLimitExceeded beyond the limit."""
        g.rate_limited = buyer_id
        self._count()

    def admit_order(self, buyer_id: str) -> None:
        """Count an order of an authenticated buyer beside all that they ask; raises RateLimitExceeded as well."""
        self.admit(buyer_id)
        self._count_order()


def _admitted() -> None:
    """The function that the library's limit guards: it does nothing."""


def _admitted_to_order() -> None:
    """The same for orders: the library tells limits apart by the function that they guard."""


def _buyer() -> str:
    return str(g.rate_limited)


def _is_new(response: Response) -> bool:
    return "Idempotent-Replayed" not in response.headers


def _is_unlimited() -> bool:
    # A preflight costs nothing, and a page would learn nothing from a refused one.
    return request.path in UNLIMITED or request.method == "OPTIONS"


def _caller() -> str:
    return caller(request.remote_addr)


def _redis_options() -> dict[str, Any]:
    # Without retries, which would hold every request up for seconds.
    once = Retry(NoBackoff(), retries=0)
    return {"socket_timeout": REDIS_TIMEOUT_S, "socket_connect_timeout": REDIS_TIMEOUT_S, "retry": once}

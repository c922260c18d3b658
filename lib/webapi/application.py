"""One Flask application with our conventions."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from apiflask import APIFlask, HTTPError
from flask import Response, g, request

from lib.telemetry import ids
from lib.telemetry.requests import trace_requests
from lib.webapi.header_lines import refuse_doubled_keys
from lib.webapi.models import HealthResponse, ReadyResponse
from lib.webapi.openapi import describe, problem_responses
from lib.webapi.problem_types import BY_STATUS, INTERNAL_ERROR, INVALID_REQUEST, UNAVAILABLE
from lib.webapi.problems import Problem
from lib.webapi.request_ids import NamedRequests
from lib.webapi.strict_json import StrictRequest

# prometheus_client decides at its import whether several processes count. gunicorn's main process imports this module
# for its worker class before that is set, so modules with metrics are imported only where an API is made.
if TYPE_CHECKING:
    from lib.telemetry.metrics import Asked

log = logging.getLogger(__name__)

# 64 KiB: an order of twenty items takes 4 KiB.
BODY_BYTES_MAX = 64 * 1024

# The tag of the routes that are not for clients.
PLATFORM = "Platform"
# The platform calls these every second; their lines would hide the buyers'.
QUIET = frozenset({"/health", "/ready", "/metrics"})
PROMETHEUS: Any = {
    "description": "counters, gauges and histograms in the text format of Prometheus",
    "content": {"text/plain": {"schema": {"type": "string", "examples": ["clock_seconds 1.7951616e+09\n"]}}},
}
Check = Callable[[], object]


def create_api(
    name: str, title: str, description: str, *, ready: Mapping[str, Check], metrics: "Sequence[Asked]" = ()
) -> APIFlask:
    """An API with strict JSON, problem+json, request ids, `/health`, `/ready`, `/metrics` and `/openapi.json`.

    `title` and `description` stand at the top of the document. `ready` names each thing that the process cannot work
    without; a check raises when it is away. `metrics` are asked at each scrape, beside all that is counted anyway.
    """
    # None: our APIs have no folder of static files; APIFlask's type does not allow it, Flask does.
    api = APIFlask(name, title=title, version="1.0.0", docs_path=None, static_folder=None)  # type: ignore[arg-type]
    # A path with a doubled slash is 404: a redirect would repeat the caller's Host, and stands in no document.
    api.url_map.merge_slashes = False
    api.request_class = StrictRequest
    api.config.update(
        MAX_CONTENT_LENGTH=BODY_BYTES_MAX,
    )
    api.json.sort_keys = False  # type: ignore[attr-defined]
    trace_requests(api)
    api.wsgi_app = NamedRequests(api.wsgi_app)  # type: ignore[method-assign]
    _refuse_with_problems(api)
    _log_requests(api)
    refuse_doubled_keys(api)
    _answer_the_platform(api, ready)
    _answer_prometheus(api, metrics)
    describe(api, description)
    return api


def _refuse_with_problems(api: APIFlask) -> None:
    @api.error_processor
    def http_error(error: HTTPError) -> Response:
        headers = {k: str(v) for k, v in dict(error.headers).items() if k in {"Allow", "Retry-After"}}
        if error.status_code == 422 and error.detail:
            errors = _field_errors(error.detail)
            return INVALID_REQUEST.problem("The request is not valid.", errors=errors).response()
        known = BY_STATUS.get(error.status_code)
        if known and known.status == error.status_code:
            return known.problem(headers=headers).response()
        # A status that we do not use gets the problem type of its hundred.
        kind = BY_STATUS[error.status_code // 100 * 100].kind
        return Problem(error.status_code, kind, str(error.message), headers=headers).response()

    @api.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return error.response()

    @api.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        log.error("the request failed", exc_info=error)
        return INTERNAL_ERROR.problem("Something went wrong; the request id finds it in our log.").response()


def _field_errors(detail: Mapping[str, Mapping[str, list[str]]]) -> list[dict[str, str]]:
    return [
        {"field": f"{location}.{field}", "message": message}
        for location, fields in detail.items()
        for field, messages in fields.items()
        for message in messages
    ]


def _log_requests(api: APIFlask) -> None:
    from lib.telemetry.metrics import HTTP  # noqa: PLC0415 - above

    @api.before_request
    def begin() -> None:
        g.started_at = time.perf_counter()
        for named in (request.args, request.view_args or {}):
            ids.bind(**ids.ids_of(named))

    @api.after_request
    def log_request(response: Response) -> Response:
        took_s = time.perf_counter() - g.started_at
        level = logging.DEBUG if request.path in QUIET else logging.INFO
        # Not the path: a caller could put a line break or a token into our log by it.
        route = request.url_rule.rule if request.url_rule else "(no route)"
        status, took_ms = response.status_code, round(took_s * 1000)
        fields = {"method": request.method, "route": route, "status": status, "took_ms": took_ms}
        log.log(level, "%s %s %d %d ms", request.method, route, status, took_ms, extra=fields)
        if request.path not in QUIET:
            # A route has few methods; without a route a caller can invent any, so it is not counted.
            counted = f"{request.method} {route}" if request.url_rule else route
            HTTP.labels(counted, str(response.status_code)).observe(took_s)
        return response


def _answer_the_platform(api: APIFlask, ready: Mapping[str, Check]) -> None:
    @api.get("/health")
    @api.output(HealthResponse)
    @api.doc(tags=[PLATFORM])
    def health() -> HealthResponse:
        """The process answers."""
        return HealthResponse()

    @api.get("/ready")
    @api.output(ReadyResponse)
    @api.doc(tags=[PLATFORM], extensions=problem_responses(UNAVAILABLE))
    def readiness() -> ReadyResponse:
        """The process and what it cannot work without answer."""
        for thing, check in ready.items():
            try:
                check()
            except Exception as error:
                log.warning("not ready: %s: %s", thing, error)
                raise UNAVAILABLE.problem(f"{thing} does not answer.", headers={"Retry-After": "1"}) from error
        return ReadyResponse()


def _answer_prometheus(api: APIFlask, asked: "Sequence[Asked]") -> None:
    from prometheus_client import CONTENT_TYPE_LATEST  # noqa: PLC0415 - above

    from lib.telemetry.metrics import exposition  # noqa: PLC0415 - above

    @api.get("/metrics")
    @api.doc(tags=[PLATFORM], responses={200: PROMETHEUS})
    def metrics() -> Response:
        """All that the process counts, for Prometheus."""
        return Response(exposition(*asked), content_type=CONTENT_TYPE_LATEST)

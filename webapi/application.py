"""One Flask application with our manners."""

import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from apiflask import APIFlask, HTTPError
from flask import Response, g, request

from webapi.problems import TYPE_BY_STATUS, Problem, ProblemShown
from webapi.strict_json import StrictRequest

log = logging.getLogger(__name__)

# 64 KiB: twenty items take 4 KiB; a body beyond this is no request of ours.
BODY_BYTES_MAX = 64 * 1024
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}

Check = Callable[[], object]


def create_api(name: str, title: str, *, ready: Mapping[str, Check], docs_path: str | None = None) -> APIFlask:
    """An API with strict JSON, problem+json, request ids, `/health`, `/ready` and `/openapi.json`.

    `ready` names each thing that the process cannot work without; a check raises when it is away.
    """
    api = APIFlask(name, title=title, version="1.0.0", docs_path=docs_path)
    api.request_class = StrictRequest
    api.config.update(
        MAX_CONTENT_LENGTH=BODY_BYTES_MAX,
        VALIDATION_ERROR_SCHEMA=PROBLEM_SCHEMA,
        HTTP_ERROR_SCHEMA=PROBLEM_SCHEMA,
    )
    api.json.sort_keys = False  # type: ignore[attr-defined]
    _refuse_with_problems(api)
    _name_requests(api)
    _answer_the_platform(api, ready)
    _describe_problems(api)
    return api


def _refuse_with_problems(api: APIFlask) -> None:
    @api.error_processor
    def http_error(error: HTTPError) -> Response:
        kind = TYPE_BY_STATUS.get(error.status_code) or TYPE_BY_STATUS[error.status_code // 100 * 100]
        detail = str(error.message)
        headers = {k: str(v) for k, v in dict(error.headers).items() if k in {"Allow", "Retry-After"}}
        if error.status_code == 422 and error.detail:
            return Problem(422, kind, "The request is not valid.", errors=_field_errors(error.detail)).response()
        return Problem(error.status_code, kind, detail, headers=headers).response()

    @api.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return error.response()

    @api.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        log.error("request %s failed", g.get("request_id"), exc_info=error)
        return Problem(500, "internal-error", "Something went wrong; the request id finds it in our log.").response()


def _field_errors(detail: Mapping[str, Mapping[str, list[str]]]) -> list[dict[str, str]]:
    return [
        {"field": f"{location}.{field}", "message": message}
        for location, fields in detail.items()
        for field, messages in fields.items()
        for message in messages
    ]


def _name_requests(api: APIFlask) -> None:
    @api.before_request
    def name_request() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        g.started_at = time.perf_counter()

    @api.after_request
    def log_request(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        took_ms = (time.perf_counter() - g.started_at) * 1000
        # The platform asks every second; its questions would bury the buyers'.
        level = logging.DEBUG if request.path in {"/health", "/ready", "/metrics"} else logging.INFO
        log.log(level, "%s %s %d %.0f ms %s", request.method, request.path, response.status_code, took_ms, g.request_id)
        return response


def _answer_the_platform(api: APIFlask, ready: Mapping[str, Check]) -> None:
    @api.get("/health")
    @api.doc(hide=True)
    def health() -> dict[str, Any]:
        """The process answers."""
        return {"status": "ok"}

    @api.get("/ready")
    @api.doc(hide=True)
    def readiness() -> dict[str, Any]:
        """The process and what it cannot work without answer."""
        for thing, check in ready.items():
            try:
                check()
            except Exception as error:
                log.warning("not ready: %s: %s", thing, error)
                raise Problem(
                    503, "dependency-unavailable", f"{thing} does not answer.", headers={"Retry-After": "1"}
                ) from error
        return {"status": "ready"}


def _describe_problems(api: APIFlask) -> None:
    @api.spec_processor
    def describe(spec: Any) -> Any:
        """Every error is a problem: the generator knows one media type only, so the document is set right here."""
        template = "#/components/schemas/Problem.{model}"
        problem = ProblemShown.model_json_schema(ref_template=template)
        schemas = spec.setdefault("components", {}).setdefault("schemas", {})
        schemas |= {f"Problem.{name}": nested for name, nested in problem.pop("$defs").items()}
        schemas["Problem"] = problem
        for path in spec["paths"].values():
            for operation in path.values():
                for status, response in operation.get("responses", {}).items():
                    if status >= "400":
                        response["content"] = {"application/problem+json": {"schema": PROBLEM_SCHEMA}}
        return spec

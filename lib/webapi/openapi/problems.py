"""Every refusal of a route as a response of its own: status, media type, headers, and one schema for each kind."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from lib.webapi.openapi.extensions import PROBLEMS
from lib.webapi.openapi.walk import operations
from lib.webapi.problem_types import (
    EVERYWHERE,
    FORBIDDEN,
    HEADERS_TOO_LARGE,
    INVALID_REQUEST,
    KEY_MISSING,
    NOT_FOUND,
    PAYLOAD_TOO_LARGE,
    UNAUTHENTICATED,
    UNSUPPORTED_MEDIA_TYPE,
    URI_TOO_LONG,
    ProblemType,
)
from lib.webapi.problems import MEDIA_TYPE, ProblemResponse

PROBLEM = {"$ref": "#/components/schemas/Problem"}
RETRY_AFTER = {
    "description": "seconds to wait before the next try",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
    "example": 2,
}
CHALLENGE = {
    "description": "the scheme that would be accepted",
    "required": True,
    "schema": {"type": "string", "pattern": "^Bearer"},
    "example": "Bearer",
}
HEADERS = {401: {"WWW-Authenticate": CHALLENGE}, 429: {"Retry-After": RETRY_AFTER}, 503: {"Retry-After": RETRY_AFTER}}


def describe_problems(spec: dict[str, Any]) -> None:
    """Give each operation a response for each status that it may refuse with."""
    schemas = spec["components"].setdefault("schemas", {})
    base = ProblemResponse.model_json_schema(ref_template="#/components/schemas/Problem.{model}")
    schemas |= {f"Problem.{name}": nested for name, nested in base.pop("$defs").items()}
    schemas["Problem"] = base
    types_here = set(EVERYWHERE)
    for _, operation in operations(spec):
        types = {*operation.pop(PROBLEMS, ()), *_implied(operation)}
        types_here |= types
        operation["responses"] = _successes(operation) | dict(_responses(types))
    schemas |= {_name(each): _schema(each) for each in sorted(types_here, key=lambda each: each.kind)}


def _implied(operation: dict[str, Any]) -> Iterator[ProblemType]:
    """What follows from how the operation is called."""
    places = {parameter["in"] for parameter in operation["parameters"]}
    if operation.get("security"):
        yield UNAUTHENTICATED
    if any(roles for scheme in operation.get("security", []) for roles in scheme.values()):
        yield FORBIDDEN
    if "path" in places:
        yield NOT_FOUND
    if places & {"path", "query"}:
        yield URI_TOO_LONG
    if "header" in places or operation.get("security"):
        yield HEADERS_TOO_LARGE
    if places & {"query", "header"} or "requestBody" in operation:
        yield INVALID_REQUEST
    if any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"]):
        yield KEY_MISSING
    if "requestBody" in operation:
        yield PAYLOAD_TOO_LARGE
        yield UNSUPPORTED_MEDIA_TYPE


def _successes(operation: dict[str, Any]) -> dict[str, Any]:
    return {status: response for status, response in operation["responses"].items() if status < "400"}


def _responses(types: Iterable[ProblemType]) -> Iterator[tuple[str, dict[str, Any]]]:
    by_status = sorted(types, key=lambda each: (each.status, each.kind))
    for status, group in groupby(by_status, key=lambda each: each.status):
        yield str(status), _response(list(group))


def _response(types: list[ProblemType]) -> dict[str, Any]:
    status = types[0].status
    content = {"schema": _any_of(types), "examples": {each.kind: _example(each) for each in types}}
    response = {
        "description": "\n\n".join(f"`{each.kind}`: {each.description}" for each in types),
        "content": {MEDIA_TYPE: content},
    }
    return response | ({"headers": HEADERS[status]} if status in HEADERS else {})


def _any_of(types: list[ProblemType]) -> dict[str, Any]:
    references = {each.uri: f"#/components/schemas/{_name(each)}" for each in types}
    if len(types) == 1:
        return {"$ref": references[types[0].uri]}
    return {
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "type", "mapping": references},
    }


def _name(problem: ProblemType) -> str:
    return "".join(word.capitalize() for word in problem.kind.split("-")) + "Problem"


def _schema(problem: ProblemType) -> dict[str, Any]:
    own = {
        "type": {"const": problem.uri},
        "title": {"const": problem.title},
        "status": {"const": problem.status},
        **problem.members,
    }
    required = {"required": sorted(problem.members)} if problem.members else {}
    return {"description": problem.description, "allOf": [PROBLEM, {"type": "object", "properties": own, **required}]}


def _example(problem: ProblemType) -> dict[str, Any]:
    base = {name: field.examples[0] for name, field in ProblemResponse.model_fields.items() if field.examples}
    own = {"type": problem.uri, "title": problem.title, "status": problem.status, "detail": problem.description}
    extra = {name: schema["examples"][0] for name, schema in problem.members.items()}
    return {"summary": problem.title, "value": base | own | extra}

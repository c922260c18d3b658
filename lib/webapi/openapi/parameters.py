"""Parameters: what pydantic says of a field, in the words that OpenAPI has for a parameter."""

import re
from typing import Any

from werkzeug.routing import Map

from lib.webapi.openapi.walk import subschemas

IN_PATH = re.compile(r"<(?:(?P<converter>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")


def describe_parameters(spec: dict[str, Any], url_map: Map) -> None:
    """Describe every parameter, with an example."""
    patterns = _patterns(url_map)
    for path, methods in spec["paths"].items():
        for operation in methods.values():
            operation["parameters"] = [
                described(_in_path(spec, path, each, patterns) if each["in"] == "path" else each)
                for each in operation["parameters"]
            ]


def _patterns(url_map: Map) -> dict[tuple[str, str], str]:
    """What a part of a path looks like, by path and name: no other text finds the route."""
    found = {}
    for rule in url_map.iter_rules():
        path = IN_PATH.sub(r"{\g<name>}", rule.rule)
        for part in IN_PATH.finditer(rule.rule):
            converter = url_map.converters[part["converter"] or "default"]
            found[path, part["name"]] = f"^{converter.regex}$"
    return found


def _in_path(
    spec: dict[str, Any], path: str, parameter: dict[str, Any], patterns: dict[tuple[str, str], str]
) -> dict[str, Any]:
    """An id in a path looks like the field of the same name in a body."""
    name = parameter["name"]
    examples = next(
        field["examples"]
        for schema in spec["components"]["schemas"].values()
        for each in subschemas(schema)
        if "examples" in (field := each.get("properties", {}).get(name, {}))
    )
    described = {"description": f"id of the {name.removesuffix('_id')}", "examples": examples}
    return parameter | {"schema": {"type": "string", "pattern": patterns[path, name], **described}}


def described(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter or a header with its description and its example where OpenAPI has them, beside its schema."""
    schema = _without_null(parameter["schema"])
    schema.pop("title", None)
    description = schema.pop("description", None)
    examples = schema.pop("examples", [])
    return (
        parameter
        | {"schema": schema}
        | ({"description": description} if description else {})
        | ({"example": examples[0]} if examples else {})
    )


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be missing is never null: a URL and a header know text only."""
    schema = dict(schema)
    if "anyOf" in schema:
        (kind,) = (each for each in schema.pop("anyOf") if each != {"type": "null"})
        schema |= kind
    if schema.get("default", ...) is None:
        del schema["default"]
    return schema

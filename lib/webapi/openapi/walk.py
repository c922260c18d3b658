"""Ways through a document."""

from collections.abc import Iterator, Mapping
from typing import Any

REFERENCE = "#/components/schemas/"


def operations(spec: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation with its method."""
    for path in spec["paths"].values():
        yield from path.items()


def resolve(schema: dict[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """The schema itself, or the one that it refers to."""
    while "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].removeprefix(REFERENCE)]
    return schema


def subschemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and all that stand within it."""
    yield schema
    for name in ("properties", "patternProperties", "$defs"):
        for each in schema.get(name, {}).values():
            yield from subschemas(each)
    for name in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(name, []):
            yield from subschemas(each)
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from subschemas(schema[name])

"""Examples of whole bodies, put together from those of their fields."""

from typing import Any

from lib.webapi.openapi.walk import operations, resolve


def show_examples(spec: dict[str, Any]) -> None:
    """Give each body an example. Raises ValueError for a field that has none: its model has to say one."""
    for _, operation in operations(spec):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (content for body in bodies for content in body.get("content", {}).values()):
            if not content.keys() & {"example", "examples"}:
                content["example"] = example(content["schema"], spec)


def example(schema: dict[str, Any], spec: dict[str, Any]) -> Any:
    """A value that the schema describes."""
    said = schema.get("examples") or schema.get("enum")
    if said:
        return said[0]
    return schema["const"] if "const" in schema else _composed(schema, spec)


def _composed(schema: dict[str, Any], spec: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return example(resolve(schema, spec), spec)
    if "properties" in schema:
        return {name: example(field, spec) for name, field in schema["properties"].items()}
    if forms := schema.get("anyOf") or schema.get("oneOf"):
        return example(forms[0], spec)
    if "items" in schema:
        return [example(schema["items"], spec)]
    raise ValueError(f"there is no example of {schema}")

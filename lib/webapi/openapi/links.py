"""Links from what was created to all that can be done with it."""

from typing import Any

from lib.webapi.openapi.walk import operations, resolve


def link_operations(spec: dict[str, Any]) -> None:
    """Link each 201 to the operations whose path it can fill, from its body or from the path that it was asked by."""
    for _, operation in operations(spec):
        created = operation["responses"].get("201")
        if created:
            given = {name: f"$request.path.{name}" for name in _names(operation)} | _answered(created, spec)
            links = {
                other["operationId"]: {
                    "operationId": other["operationId"],
                    "parameters": {name: given[name] for name in sorted(names)},
                    "description": other["summary"],
                }
                for _, other in operations(spec)
                if (names := _names(other)) and other is not operation and given.keys() >= names
            }
            created["links"] = links


def _names(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}


def _answered(response: dict[str, Any], spec: dict[str, Any]) -> dict[str, str]:
    (content,) = response["content"].values()
    return {name: f"$response.body#/{name}" for name in resolve(content["schema"], spec).get("properties", {})}

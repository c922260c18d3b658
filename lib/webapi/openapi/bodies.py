"""What goes in and out: which bodies must be sent, what each answer shows, and which headers come with it."""

from typing import Any

from lib.webapi.openapi.parameters import described
from lib.webapi.openapi.walk import operations, resolve

GENERATED = "Successful response"
REQUEST_ID = {
    "description": "finds this answer in our log: the caller's own, if it sent a well-formed one",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    "example": "6f1c0d2ab5d84f7c9d0c6a1f5f0a7b11",
}


def describe_bodies(spec: dict[str, Any]) -> None:
    """Complete what the generator says of requests and answers."""
    for _, operation in operations(spec):
        if "requestBody" in operation:
            body = operation["requestBody"]
            body["required"] = bool(_model(body, spec).get("required"))
        for response in operation["responses"].values():
            headers = {name: described(header) for name, header in response.get("headers", {}).items()}
            response["headers"] = {"X-Request-Id": REQUEST_ID} | headers
            if response["description"] == GENERATED:
                response["description"] = _model(response, spec)["description"]


def _model(body: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    (content,) = body["content"].values()
    return resolve(content["schema"], spec)

"""Headers and bodies that a route reads by itself."""

from typing import Any

from apiflask.openapi_adapters import openapi_helper
from pydantic import BaseModel

from lib.webapi.openapi.extensions import RAW
from lib.webapi.openapi.walk import REFERENCE, operations


def describe_raw(spec: dict[str, Any]) -> None:
    """Describe them by their models, as the generator describes what it reads itself."""
    for _, operation in operations(spec):
        if RAW in operation:
            headers, body = operation.pop(RAW)
            operation["parameters"] += openapi_helper.schema_to_parameters(headers, location="headers")
            operation["requestBody"] = {"content": {"application/json": {"schema": _registered(body, spec)}}}


def _registered(model: type[BaseModel], spec: dict[str, Any]) -> dict[str, str]:
    schemas = spec["components"]["schemas"]
    schema = model.model_json_schema(ref_template=REFERENCE + "{model}")
    schemas |= schema.pop("$defs", {})
    schemas[model.__name__] = schema
    return {"$ref": REFERENCE + model.__name__}

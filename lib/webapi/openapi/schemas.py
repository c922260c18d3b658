"""One schema for each model, by the model's own name."""

import json
import re
from typing import Any

from lib.webapi.openapi.walk import REFERENCE, subschemas

NESTED = re.compile(f'"{REFERENCE}[^"]*\\.([^".]+)"')


def name_once(spec: dict[str, Any]) -> dict[str, Any]:
    """The document with each model once: the generator writes a model anew for each one that it stands in.

    Raises ValueError when two different models have one name.
    """
    spec = json.loads(NESTED.sub(rf'"{REFERENCE}\1"', json.dumps(spec)))
    schemas: dict[str, Any] = {}
    for name, schema in spec["components"]["schemas"].items():
        own = name.rpartition(".")[2]
        _drop_titles(schema)
        if schemas.setdefault(own, schema) != schema:
            raise ValueError(f"two models are called {own}")
    spec["components"]["schemas"] = dict(sorted(schemas.items()))
    return spec


def _drop_titles(schema: dict[str, Any]) -> None:
    """Forget the titles that are made of the names, which stand beside them."""
    for each in subschemas(schema):
        each.pop("title", None)

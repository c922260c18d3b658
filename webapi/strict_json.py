"""JSON as strict as money wants it: what two readers could read in two ways is refused."""

import json
from typing import Any

from flask import Request

from webapi.problems import Problem


class AmbiguousJson(ValueError):
    """The text is JSON for a lenient reader only."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise AmbiguousJson("a key stands twice in one object")
    return found


def _constant(name: str) -> Any:
    raise AmbiguousJson(f"{name} is not JSON")


def loads(data: bytes) -> Any:
    """The value of a JSON text.

    Raises ValueError for anything that is not exactly JSON: doubled keys, NaN, lone surrogates, deep nesting.
    """
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
        if b"\\u" in data:
            # A lone surrogate parses, and then no database or socket can take it.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise AmbiguousJson("it is nested too deeply") from error
    return value


class StrictRequest(Request):
    """A request whose body is a strict JSON object or a problem."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002
        """The body's object; 415 for another content type, 422 for anything that is no strict JSON object."""
        if not self.is_json:
            raise Problem(415, "unsupported-media-type", "Send the body as application/json.")
        try:
            value = loads(self.get_data())
        except ValueError as error:
            raise Problem(422, "invalid-request", f"The body is not valid JSON: {error}.") from error
        if not isinstance(value, dict):
            raise Problem(422, "invalid-request", "The body must be a JSON object.")
        return value

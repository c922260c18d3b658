"""Strict JSON: a text that two readers could read in two ways is refused."""

import json
import math
from collections.abc import Iterator
from encodings import normalize_encoding
from encodings.aliases import aliases
from typing import Any

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.utils import cached_property

from lib.webapi.problem_types import INVALID_REQUEST, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE
from lib.webapi.problems import Problem

# Our own deepest body has five levels, Stripe's events have eight; deeper ones are made to exhaust a reader's stack.
DEPTH_MAX = 20
# 100 digits: longer than any number of ours, so that a field's own check refuses the usual too long ones.
DIGITS_MAX = 100


class AmbiguousJson(ValueError):
    """The text is JSON for a lenient reader only."""


def loads(data: bytes) -> Any:
    """The value of a JSON text.

    Raises ValueError for anything that is not exactly JSON in UTF-8, or that no database or socket could take: doubled
    keys, NaN, numbers beyond a double's range, lone surrogates, NUL, deep nesting.
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except UnicodeDecodeError as error:
        raise AmbiguousJson("it is not UTF-8") from error
    except RecursionError as error:
        raise AmbiguousJson("it is nested too deeply") from error
    _check(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise AmbiguousJson("a key stands twice in one object")
    return found


def _constant(name: str) -> Any:
    raise AmbiguousJson(f"{name} is not JSON")


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise AmbiguousJson("a number is too large")
    return number


def _int(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise AmbiguousJson("a number is too long")
    return int(digits)


def _check(value: Any) -> None:
    """Level by level, so that depth costs no stack."""
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [part for each in level for part in _parts(each)]
        if not level:
            return
    raise AmbiguousJson("it is nested too deeply")


def _parts(value: Any) -> Iterator[Any]:
    """What a value is made of; its texts are checked on the way."""
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        for key, member in value.items():
            _check_text(key)
            yield member


def _check_text(text: str) -> None:
    if "\0" in text:
        raise AmbiguousJson("a text holds NUL")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise AmbiguousJson("a text holds half of a surrogate pair") from error


class StrictRequest(Request):
    """A request whose body is a strict JSON object or a problem, and whose parameters have one meaning."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The query's parameters; 422 where one stands twice: a proxy could take the first, and we the last."""
        doubled = sorted(name for name, values in super().args.lists() if len(values) > 1)
        if doubled:
            faults = [{"field": f"query.{name}", "message": "The parameter stands twice."} for name in doubled]
            raise INVALID_REQUEST.problem("The request is not valid.", errors=faults)
        return super().args

    def get_data(self, *arguments: Any, **options: Any) -> Any:
        """The body, as Flask hands it out; 413 for one beyond the limit, 400 for one that breaks off."""
        try:
            data = super().get_data(*arguments, **options)
            # Without a length werkzeug reads as much as is allowed, and does not say that more is left.
            cut = self.content_length is None and len(data) == self.max_content_length
            more = cut and self.input_stream.read(1)
        except HTTPException:
            raise
        except Exception as error:
            # Each web server has its own errors for a broken chunk; whatever fails here is the client's fault.
            raise Problem(400, INVALID_REQUEST.kind, "The body breaks off, or its chunks are malformed.") from error
        if more:
            raise PAYLOAD_TOO_LARGE.problem()
        return data

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002
        """The body's object; no body at all is an empty one.

        Raises 415 for anything but plain `application/json`, 422 for anything that is no strict JSON object.
        """
        if not self._has_json_type():
            if not self.content_type and not self.get_data():
                return {}
            raise UNSUPPORTED_MEDIA_TYPE.problem("Send the body as application/json, in UTF-8 and uncompressed.")
        try:
            value = loads(self.get_data())
        except ValueError as error:
            raise INVALID_REQUEST.problem(f"The body is not valid JSON: {error}.") from error
        if not isinstance(value, dict):
            raise INVALID_REQUEST.problem("The body must be a JSON object.")
        return value

    def _has_json_type(self) -> bool:
        """Not `+json`, which are other media types, nor another charset than UTF-8 (RFC 8259, 8.1)."""
        plain = self.headers.get("Content-Encoding", "identity").lower() == "identity"
        return self.mimetype == "application/json" and _is_utf8(self.mimetype_params.get("charset", "utf-8")) and plain


def _is_utf8(charset: str) -> bool:
    """Whether it is one of the names of UTF-8; codecs.lookup would keep every name that somebody makes up, for ever."""
    name = normalize_encoding(charset).lower()
    return aliases.get(name, name) == "utf_8"

"""Opaque cursors: a page goes on behind the last row's key, so that rows that come meanwhile move nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from webapi.problems import Problem

Row = TypeVar("Row")


def cut_page(rows: Sequence[Row], limit: int, key: Callable[[Row], int | str]) -> tuple[Sequence[Row], str | None]:
    """The page of up to `limit` rows and the cursor of the next one; `rows` is one longer if there is a next one."""
    page = rows[:limit]
    return page, encode_cursor(key(page[-1])) if len(rows) > limit else None


def encode_cursor(*key: int | str) -> str:
    """The cursor that stands for a row's sort key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type) -> tuple[int | str, ...]:
    """The sort key behind a cursor; 422 unless it holds exactly these types."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise Problem(422, "invalid-request", "The cursor is none of ours.") from error
    if not isinstance(key, list) or [type(part) for part in key] != list(types) or not all(map(_storable, key)):
        raise Problem(422, "invalid-request", "The cursor is none of ours.")
    return tuple(key)


def _storable(part: int | str) -> bool:
    """Whether every database takes it as a parameter: 64 bits, or text that prints."""
    return part.isprintable() if isinstance(part, str) else abs(part) < 2**63

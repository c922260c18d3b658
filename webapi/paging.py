"""Opaque cursors: a page goes on behind the last row's key, so that rows that come meanwhile move nothing."""

import base64
import binascii
import json

from webapi.problems import Problem


def encode_cursor(*key: int | str) -> str:
    """The cursor that stands for a row's sort key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type) -> tuple[int | str, ...]:
    """The sort key behind a cursor; 422 unless it holds exactly these types."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise Problem(422, "invalid-request", "The cursor is none of ours.") from error
    if not isinstance(key, list) or [type(part) for part in key] != list(types):
        raise Problem(422, "invalid-request", "The cursor is none of ours.")
    return tuple(key)

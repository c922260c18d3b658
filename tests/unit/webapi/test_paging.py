"""Opaque cursors."""

import pytest

from webapi import Problem
from webapi.paging import cut_page, decode_cursor, encode_cursor


@pytest.mark.parametrize("key", [(1,), ("a",), (7, "x")])
def test_a_cursor_is_its_key(key: tuple[int | str, ...]) -> None:
    """What was encoded comes back."""
    assert decode_cursor(encode_cursor(*key), *map(type, key)) == key


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "!!!!", "W10", encode_cursor("a"), encode_cursor(1, 2), encode_cursor(2**63), "W3RydWVd"]
)
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    """Text that is no cursor, another key's types and a number that no database takes are 422."""
    with pytest.raises(Problem) as refused:
        decode_cursor(cursor, int)
    assert (refused.value.status, refused.value.kind) == (422, "invalid-request")


def test_text_that_no_database_takes_is_refused() -> None:
    """A key with control characters is none of ours."""
    with pytest.raises(Problem):
        decode_cursor(encode_cursor("a\x00"), str)


@pytest.mark.parametrize(
    ("rows", "page", "more"), [([], [], False), ([1, 2], [1, 2], False), ([1, 2, 3], [1, 2], True)]
)
def test_a_longer_result_has_a_next_page(rows: list[int], page: list[int], more: bool) -> None:
    """A page of two has a cursor only if there was a third row."""
    expected = (page, encode_cursor(2) if more else None)
    assert cut_page(rows, 2, lambda row: row) == expected

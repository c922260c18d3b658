"""Pages and their cursors."""

import pytest
from pydantic import ValidationError

from lib.webapi import NumberedPageQuery, PageQuery
from lib.webapi.paging import cut_page


@pytest.mark.parametrize(
    ("rows", "page", "more"), [([], [], False), ([1, 2], [1, 2], False), ([1, 2, 3], [1, 2], True)]
)
def test_a_longer_result_has_a_next_page(rows: list[int], page: list[int], more: bool) -> None:
    """A page of two has a cursor only if there was a third row."""
    shown, cursor = cut_page(rows, 2, lambda row: row)
    assert shown == page
    assert NumberedPageQuery(cursor=cursor).after_number == (2 if more else None)


def test_a_page_by_ids_goes_on_behind_an_id() -> None:
    """What one page ends with the next one begins behind."""
    _, cursor = cut_page(["mangrove", "peat"], 1, lambda row: row)
    assert PageQuery(cursor=cursor).after == "mangrove"


@pytest.mark.parametrize(
    "cursor", ["", "x", "after-", "after-0", "after--1", "after-1 ", "after-" + 19 * "1", "after-x"]
)
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    """Text that is no cursor, another list's key and a number that no database takes."""
    with pytest.raises(ValidationError):
        NumberedPageQuery(cursor=cursor)


@pytest.mark.parametrize("cursor", ["mangrove", "after-a b", "after-\x00", "after-" + 65 * "a"])
def test_an_impossible_id_is_no_cursor(cursor: str) -> None:
    """Text that is no cursor, and ids that nothing has."""
    with pytest.raises(ValidationError):
        PageQuery(cursor=cursor)

"""Cursors: a page begins after the last row's key, so that new rows do not shift it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from lib.webapi.models import CURSOR

Row = TypeVar("Row")


def cut_page(rows: Sequence[Row], limit: int, key: Callable[[Row], int | str]) -> tuple[Sequence[Row], str | None]:
    """The page of up to `limit` rows and the cursor of the next one; `rows` is one longer if there is a next one."""
    page = rows[:limit]
    return page, f"{CURSOR}{key(page[-1])}" if len(rows) > limit else None

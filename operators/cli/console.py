"""A command's output: its answer to stdout, all else to stderr; and the form of times, ids and tables."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich import table as rich_table
from rich.console import Console
from rich.text import Text

# 12 characters tell purchases apart; every command takes the beginning of an id.
SHORT = 12
# From here on a table has room for what is only nice to know.
WIDE = 120
# A pipe has no width: every row is one line, for grep and its like.
PIPE_WIDTH = 10_000
STYLES = {"needs_attention": "bold red", "paid": "green", "refused": "red", "unknown": "red", "parked again": "red"}


def make_console(*, stderr: bool = False) -> Console:
    """A console that prints plain text: rich's markup and emoji codes are off."""
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console


def say_json(value: Any) -> None:
    """A value for programs, alone on stdout."""
    print(json.dumps(value, indent=2))


def say_lines(console: Console, *lines: str) -> None:
    """Lines to be copied: only the terminal wraps them, so that a copy holds no line breaks."""
    for line in lines:
        console.print(line, soft_wrap=True)


class Table:
    """A table that fits its console: columns that are only `nice` are left out where it is narrow."""

    def __init__(self, console: Console, title: str, *columns: str, nice: Iterable[str] = ()) -> None:
        self._console = console
        roomy = not console.is_terminal or console.width >= WIDE
        self._shown = [roomy or column not in nice for column in columns]
        self._title = title
        self._table = rich_table.Table(box=self._box, pad_edge=False)
        for column, shown in zip(columns, self._shown, strict=True):
            if shown:
                self._table.add_column(column, overflow="fold")

    @property
    def _box(self) -> box.Box | None:
        return box.SIMPLE_HEAD if self._console.is_terminal else None

    def row(self, *cells: str | Sequence[str]) -> None:
        """A row; a cell of several parts has each on a line of its own where that helps to read."""
        between = "\n" if self._console.is_terminal else "; "
        texts = [cell if isinstance(cell, str) else between.join(filter(None, cell)) for cell in cells]
        shown = [Text(text, STYLES.get(text, "")) for text, shown in zip(texts, self._shown, strict=True) if shown]
        self._table.add_row(*shown)

    def print(self) -> None:
        """Write it, and an empty line after it."""
        self._console.print(self._title, style="bold")
        self._console.print(self._table)
        self._console.print()


def short(console: Console, any_id: str | None) -> str:
    """An id as a person tells it from others; a pipe gets the whole one."""
    if any_id is None:
        return "-"
    return any_id[:SHORT] if console.is_terminal else any_id


def at(moment: datetime | None) -> str:
    """A time to the second, said to be UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else "-"


def since(moment: datetime | None) -> str:
    """A time for a column whose head says that it is UTC."""
    return f"{moment.astimezone(UTC):%m-%d %H:%M:%S}" if moment else "-"


def plain(status: str | None) -> str:
    """A status in a sentence."""
    return (status or "unknown").replace("_", " ")

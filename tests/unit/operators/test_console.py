"""How answers fit terminals and pipes."""

import io

import pytest
from rich.console import Console

from operators.cli.console import PIPE_WIDTH, Table, short

PURCHASE_ID = "4b1973060d054810370e6bdc158dd26f11788ae4cc410a4844ed66aaf441809d"
WHY = "Deliver 0.100 tCO2e of mangrove-2: the callee broke its contract, POST /users/load-23/offsets: 403"


def printed(width: int, *, terminal: bool) -> str:
    """A table as a console of that width shows it."""
    to = io.StringIO()
    console = Console(file=to, width=width, force_terminal=terminal, color_system=None, markup=False, highlight=False)
    table = Table(console, "Parked", "purchase", "why", "to decide", "order", nice=["order"])
    table.row(short(console, PURCHASE_ID), WHY, ["retry", "abort"], "1.500 tCO2e")
    table.print()
    return to.getvalue()


@pytest.mark.parametrize("width", [50, 80])
def test_a_narrow_terminal_shows_all_that_matters(width: int) -> None:
    """Lines wrap within the width, no letter is cut off, and only what is nice to know is left out."""
    text = printed(width, terminal=True)
    assert max(map(len, text.splitlines())) <= width
    assert PURCHASE_ID[:12] in text
    assert [word for word in WHY.split() if len(word) < 8 and word not in text] == []
    assert ("…" in text, "1.500" in text) == (False, False)


def test_a_wide_terminal_shows_more() -> None:
    """There is room for what is nice to know."""
    assert "1.500 tCO2e" in printed(160, terminal=True)


def test_in_a_pipe_each_row_is_one_line() -> None:
    """With whole ids, for grep and its like."""
    (row,) = [line for line in printed(PIPE_WIDTH, terminal=False).splitlines() if PURCHASE_ID in line]
    assert [part in row for part in (WHY, "retry; abort", "1.500 tCO2e")] == [True] * 3

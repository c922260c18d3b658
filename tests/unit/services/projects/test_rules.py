"""The table "Who decides" of the design, cell by cell, and what it does to the stock."""

from itertools import product

import pytest

from lib.webapi import Problem
from services.projects.rules import Call, Status, decide, shift, winner

NO_ROW = None
RESERVED, COMMITTED, CLOSED, RETURNED = Status.RESERVED, Status.COMMITTED, Status.CLOSED, Status.RETURNED

# Copied from the design by hand, so that a slip in the rules shows here.
DESIGN = {
    (NO_ROW, Call.RESERVE): RESERVED,
    (NO_ROW, Call.COMMIT): "not-found",
    (NO_ROW, Call.RELEASE): CLOSED,
    (NO_ROW, Call.RESTOCK): RETURNED,
    (RESERVED, Call.RESERVE): RESERVED,
    (RESERVED, Call.COMMIT): COMMITTED,
    (RESERVED, Call.RELEASE): CLOSED,
    (RESERVED, Call.RESTOCK): RETURNED,
    (CLOSED, Call.RESERVE): "reservation-closed",
    (CLOSED, Call.COMMIT): "reservation-closed",
    (CLOSED, Call.RELEASE): CLOSED,
    (CLOSED, Call.RESTOCK): CLOSED,
    (COMMITTED, Call.RESERVE): COMMITTED,
    (COMMITTED, Call.COMMIT): COMMITTED,
    (COMMITTED, Call.RELEASE): "reservation-committed",
    (COMMITTED, Call.RESTOCK): RETURNED,
    (RETURNED, Call.RESERVE): "reservation-closed",
    (RETURNED, Call.COMMIT): "reservation-closed",
    (RETURNED, Call.RELEASE): "reservation-closed",
    (RETURNED, Call.RESTOCK): RETURNED,
}


def test_the_design_names_every_cell() -> None:
    """Every state, and no row, has an answer to every call."""
    assert set(DESIGN) == set(product([NO_ROW, *Status], Call))


@pytest.mark.parametrize(("row", "call"), list(DESIGN))
def test_each_cell_is_as_the_design_says(row: Status | None, call: Call) -> None:
    """A call finds in a row's state the next state or the refusal that the design's table names."""
    expected = DESIGN[row, call]
    if isinstance(expected, Status):
        assert decide(call, row) is expected
        return
    with pytest.raises(Problem) as refused:
        decide(call, row)
    assert refused.value.kind == expected
    assert refused.value.status == (404 if expected == "not-found" else 409)


def test_the_first_who_claims_an_unclaimed_row_wins_it() -> None:
    """A row that was closed by a refusal belongs to the first caller who deletes it."""
    assert winner(None, "purchase/a/release") == "purchase/a/release"


def test_the_winner_wins_again() -> None:
    """The caller who closed the row is told so as often as it asks."""
    assert winner("purchase/a/release", "purchase/a/release") == "purchase/a/release"


def test_nobody_else_wins() -> None:
    """Another caller than the one who closed the row is refused."""
    with pytest.raises(Problem) as refused:
        winner("purchase/a/release", "payment-failed/pi_1/ch_1/release")
    assert (refused.value.status, refused.value.kind) == (409, "reservation-closed")


@pytest.mark.parametrize(
    ("before", "after", "held", "sold"),
    [
        (NO_ROW, RESERVED, 1, 0),
        (NO_ROW, CLOSED, 0, 0),
        (NO_ROW, RETURNED, 0, 0),
        (RESERVED, RESERVED, 0, 0),
        (RESERVED, COMMITTED, -1, 1),
        (RESERVED, CLOSED, -1, 0),
        (RESERVED, RETURNED, -1, 0),
        (COMMITTED, RETURNED, 0, -1),
    ],
)
def test_stock_follows_the_state(before: Status | None, after: Status, held: int, sold: int) -> None:
    """Only a reserved row holds and only a committed row has sold."""
    assert shift(before, after) == (held, sold)

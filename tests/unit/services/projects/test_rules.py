"""The table "Who decides" of the design, cell by cell, and what it does to the stock."""

from itertools import product

import pytest

from lib.webapi import Problem
from services.projects.rules import ReservationCall, Status, decide, shift, winner

NO_ROW = None
RESERVED, COMMITTED, CLOSED, RETURNED = Status.RESERVED, Status.COMMITTED, Status.CLOSED, Status.RETURNED

# Copied from the design by hand, so that a slip in the rules shows here.
DESIGN = {
    (NO_ROW, ReservationCall.RESERVE): RESERVED,
    (NO_ROW, ReservationCall.COMMIT): "not-found",
    (NO_ROW, ReservationCall.RELEASE): CLOSED,
    (NO_ROW, ReservationCall.RESTOCK): RETURNED,
    (RESERVED, ReservationCall.RESERVE): RESERVED,
    (RESERVED, ReservationCall.COMMIT): COMMITTED,
    (RESERVED, ReservationCall.RELEASE): CLOSED,
    (RESERVED, ReservationCall.RESTOCK): RETURNED,
    (CLOSED, ReservationCall.RESERVE): "reservation-closed",
    (CLOSED, ReservationCall.COMMIT): "reservation-closed",
    (CLOSED, ReservationCall.RELEASE): CLOSED,
    (CLOSED, ReservationCall.RESTOCK): CLOSED,
    (COMMITTED, ReservationCall.RESERVE): COMMITTED,
    (COMMITTED, ReservationCall.COMMIT): COMMITTED,
    (COMMITTED, ReservationCall.RELEASE): "reservation-committed",
    (COMMITTED, ReservationCall.RESTOCK): RETURNED,
    (RETURNED, ReservationCall.RESERVE): "reservation-closed",
    (RETURNED, ReservationCall.COMMIT): "reservation-closed",
    (RETURNED, ReservationCall.RELEASE): "reservation-closed",
    (RETURNED, ReservationCall.RESTOCK): RETURNED,
}


def test_the_design_names_every_cell() -> None:
    """Every state, and no row, has an answer to every call."""
    assert set(DESIGN) == set(product([NO_ROW, *Status], ReservationCall))


@pytest.mark.parametrize(("row", "call"), list(DESIGN))
def test_each_cell_is_as_the_design_says(row: Status | None, call: ReservationCall) -> None:
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

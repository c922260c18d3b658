"""The table "Who decides" of the design, cell by cell; what that does to the stock: test_reservations.py."""

from itertools import product

import pytest

from lib.webapi import Problem
from services.projects.rules import ReservationCall, Status, decide

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


@pytest.mark.parametrize(("row", "call"), list(product([NO_ROW, *Status], ReservationCall)))
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

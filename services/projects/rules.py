"""Who decides: a purchase's outcome is decided once, at its reservation row, by this table (docs/architecture.md).

Four calls act on a row. Every answer follows from the row's state alone, so a repeated or late call finds what was
decided; only who CLOSED a row is recorded by name, for only that caller publishes and completes the purchase.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from typing import NamedTuple

from lib.webapi.problem_types import NOT_FOUND, ProblemType
from services.projects.refusals import CLOSED, COMMITTED


class Status(StrEnum):
    """The state of a reservation row."""

    RESERVED = "reserved"
    COMMITTED = "committed"
    CLOSED = "closed"
    RETURNED = "returned"


class ReservationCall(Enum):
    """The calls that act on a row."""

    RESERVE = auto()  # POST
    COMMIT = auto()  # PATCH committed
    RELEASE = auto()  # DELETE
    RESTOCK = auto()  # PATCH returned, after the money is back


NO_ROW = None

_S = Status
NEXT: Mapping[ReservationCall, Mapping[Status | None, Status | ProblemType]] = {
    ReservationCall.RESERVE: {
        NO_ROW: _S.RESERVED,  # or CLOSED, if the stock or the price refuses: a late copy must not reserve after all
        _S.RESERVED: _S.RESERVED,
        _S.CLOSED: CLOSED,
        _S.COMMITTED: _S.COMMITTED,
        _S.RETURNED: CLOSED,
    },
    ReservationCall.COMMIT: {
        NO_ROW: NOT_FOUND,
        _S.RESERVED: _S.COMMITTED,
        _S.CLOSED: CLOSED,
        _S.COMMITTED: _S.COMMITTED,
        _S.RETURNED: CLOSED,
    },
    ReservationCall.RELEASE: {
        NO_ROW: _S.CLOSED,
        _S.RESERVED: _S.CLOSED,
        _S.CLOSED: _S.CLOSED,  # for the caller who won it: see `winner`
        _S.COMMITTED: COMMITTED,
        _S.RETURNED: CLOSED,
    },
    ReservationCall.RESTOCK: {
        NO_ROW: _S.RETURNED,
        _S.RESERVED: _S.RETURNED,
        _S.CLOSED: _S.CLOSED,  # nothing is held: what was asked for is done
        _S.COMMITTED: _S.RETURNED,
        _S.RETURNED: _S.RETURNED,
    },
}


def decide(call: ReservationCall, status: Status | None) -> Status:
    """The row's next state; raises the refusal. `status` None: there is no row yet, and a state makes one."""
    verdict = NEXT[call][status]
    if isinstance(verdict, ProblemType):
        raise verdict.problem()
    return verdict


def winner(closed_by: str | None, caller: str) -> str:
    """Who closed the row: the first who claims it. Raises `reservation-closed` for everybody else."""
    if closed_by not in {None, caller}:
        raise CLOSED.problem()
    return caller


class Shift(NamedTuple):
    """By how many times its kilograms a reservation changes a milestone's stock."""

    held: int
    sold: int


def shift(before: Status | None, after: Status) -> Shift:
    """What a change of state does to the stock: a reserved row holds, a committed row has sold, any other neither."""
    return Shift(
        held=(after is Status.RESERVED) - (before is Status.RESERVED),
        sold=(after is Status.COMMITTED) - (before is Status.COMMITTED),
    )

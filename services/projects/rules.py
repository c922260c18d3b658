"""Who decides: a purchase's outcome is decided once, at its reservation row, by this table (design, "Who decides").

A row is asked by four calls. Every answer follows from the row's state alone, so a call that is repeated, or that comes
late, finds what is decided; only who CLOSED a row is remembered by name, for only that caller publishes and settles.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from typing import NamedTuple

from webapi import Problem


class Status(StrEnum):
    """The state of a reservation row."""

    RESERVED = "reserved"
    COMMITTED = "committed"
    CLOSED = "closed"
    RETURNED = "returned"


class Call(Enum):
    """What a row can be asked."""

    RESERVE = auto()  # POST
    COMMIT = auto()  # PATCH committed
    CLOSE = auto()  # DELETE
    GIVE_BACK = auto()  # PATCH returned, after the money is back


class Refusal(NamedTuple):
    """A call that the row's state forbids."""

    status: int
    kind: str
    detail: str


NO_ROW = None
IS_UNKNOWN = Refusal(404, "not-found", "There is no reservation for this payment.")
IS_CLOSED = Refusal(409, "reservation-closed", "The reservation is closed; nothing is held for this payment.")
IS_COMMITTED = Refusal(409, "reservation-committed", "The reserved offset is sold.")

_S = Status
NEXT: Mapping[Call, Mapping[Status | None, Status | Refusal]] = {
    Call.RESERVE: {
        NO_ROW: _S.RESERVED,  # or CLOSED, if the stock or the price refuses: a late copy must not reserve after all
        _S.RESERVED: _S.RESERVED,
        _S.CLOSED: IS_CLOSED,
        _S.COMMITTED: _S.COMMITTED,
        _S.RETURNED: IS_CLOSED,
    },
    Call.COMMIT: {
        NO_ROW: IS_UNKNOWN,
        _S.RESERVED: _S.COMMITTED,
        _S.CLOSED: IS_CLOSED,
        _S.COMMITTED: _S.COMMITTED,
        _S.RETURNED: IS_CLOSED,
    },
    Call.CLOSE: {
        NO_ROW: _S.CLOSED,
        _S.RESERVED: _S.CLOSED,
        _S.CLOSED: _S.CLOSED,  # for the caller who won it: see `winner`
        _S.COMMITTED: IS_COMMITTED,
        _S.RETURNED: IS_CLOSED,
    },
    Call.GIVE_BACK: {
        NO_ROW: _S.RETURNED,
        _S.RESERVED: _S.RETURNED,
        _S.CLOSED: _S.CLOSED,  # nothing is held: what was asked for is done
        _S.COMMITTED: _S.RETURNED,
        _S.RETURNED: _S.RETURNED,
    },
}


def decide(call: Call, status: Status | None) -> Status:
    """The row's next state; raises the refusal. `status` None: there is no row yet, and a state makes one."""
    verdict = NEXT[call][status]
    if isinstance(verdict, Refusal):
        raise Problem(*verdict)
    return verdict


def winner(closed_by: str | None, caller: str) -> str:
    """Who closed the row: the first who claims it. Raises `reservation-closed` for everybody else."""
    if closed_by not in {None, caller}:
        raise Problem(*IS_CLOSED)
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

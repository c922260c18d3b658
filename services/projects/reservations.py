"""Reservations: the rules applied to rows and stock, each call in one transaction.

Locks are taken in one order everywhere (the payment's row, then milestones by id), so no two calls wait for each other.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.common.values import price
from services.projects.models import HeldItem, Milestone, Reservation
from services.projects.rules import Call, Status, decide, shift, winner
from services.projects.schemas import ReserveBody
from webapi import Problem

T = TypeVar("T")
Stock = dict[tuple[str, str], Milestone]


class Reservations:
    """All that can be asked of reservations; every method raises the design's refusals as `Problem`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reserve(self, body: ReserveBody) -> Reservation:
        """Hold all items, or none; whoever is refused first leaves a closed row that nobody has claimed."""
        row, refusal = self._decided(lambda session: _reserve(session, body))
        if refusal:
            raise refusal
        return row

    def commit(self, payment_id: str) -> Reservation:
        """The payment is taken: what was held is sold."""
        return self._decided(lambda session: _move(session, Call.COMMIT, payment_id))

    def give_back(self, payment_id: str) -> Reservation:
        """The money is back: what was held or sold is free again."""
        return self._decided(lambda session: _move(session, Call.GIVE_BACK, payment_id))

    def close(self, payment_id: str, caller: str) -> Reservation:
        """The payment is canceled: what was held is free again, and `caller` is who closed the row."""
        return self._decided(lambda session: _close(session, payment_id, caller))

    def find(self, payment_id: str) -> Reservation | None:
        """The row of a payment."""
        with self._session() as session:
            return session.scalar(select(Reservation).where(Reservation.payment_id == payment_id))

    def newest(self, count: int, status: Status | None, below: int | str | None) -> list[Reservation]:
        """Up to `count` rows, newest first; only those in `status`, only those older than number `below`."""
        rows = select(Reservation).order_by(Reservation.number.desc()).limit(count)
        if status:
            rows = rows.where(Reservation.status == status)
        if below is not None:
            rows = rows.where(Reservation.number < below)
        with self._session() as session:
            return list(session.scalars(rows))

    def _session(self) -> Session:
        # What is shown after the commit is what was decided: nothing is read again.
        return Session(self._engine, expire_on_commit=False)

    def _decided(self, decision: Callable[[Session], T]) -> T:
        try:
            with self._session() as session, session.begin():
                return decision(session)
        except IntegrityError:
            # Another call wrote the payment's first row meanwhile. Rows stay, so the second look finds it.
            with self._session() as session, session.begin():
                return decision(session)


def _reserve(session: Session, body: ReserveBody) -> tuple[Reservation, Problem | None]:
    row = _locked_row(session, body.payment_id)
    status = decide(Call.RESERVE, row.status if row else None)
    items = body.held_items()
    if row:
        _refuse_mismatch(row, items, body)
        return row, None
    stock = _locked_stock(session, items)
    refusal = _why_not(stock, items, body)
    row = Reservation(
        payment_id=body.payment_id,
        status=Status.CLOSED if refusal else status,
        items=items,
        amount=body.amount,
        currency=body.currency,
    )
    session.add(row)
    _shift_stock(stock, items, None, row.status)
    return row, refusal


def _refuse_mismatch(row: Reservation, items: list[HeldItem], body: ReserveBody) -> None:
    def by_milestone(held: list[HeldItem]) -> dict[tuple[str, str], int]:
        return {_key(item): item["kg"] for item in held}

    asked = (by_milestone(items), body.amount, body.currency)
    if asked != (by_milestone(row.items), row.amount, row.currency):
        raise Problem(409, "reservation-mismatch", "This payment has reserved something else.")


def _why_not(stock: Stock, items: list[HeldItem], body: ReserveBody) -> Problem | None:
    """The refusal of an order that cannot be had, in the order: known, one currency, the price, the stock."""
    unknown = [_key(item) for item in items if _key(item) not in stock]
    if unknown:
        return Problem(404, "not-found", f"There is no milestone {' / '.join(unknown[0])}.")
    if any(milestone.currency != body.currency for milestone in stock.values()):
        return Problem(422, "invalid-request", f"These milestones are not all sold in {body.currency}.")
    amount = sum(price(item["kg"], stock[_key(item)].unit_amount) for item in items)
    if amount != body.amount:
        return Problem(409, "price-changed", "The items cost another amount by now.", current_amount=amount)
    if any(stock[_key(item)].free_kg < item["kg"] for item in items):
        return Problem(409, "sold-out", "There is not that much left.")
    return None


def _move(session: Session, call: Call, payment_id: str) -> Reservation:
    """Bring the payment's row to the state that the rules give for `call`, and its stock with it."""
    row = _locked_row(session, payment_id)
    before = row.status if row else None
    after = decide(call, before)
    if row is None:
        # The mark: a call that is still under way and comes later finds it and does nothing.
        row = Reservation(payment_id=payment_id, items=[], amount=0)
        session.add(row)
    if after != before:
        _shift_stock(_locked_stock(session, row.items), row.items, before, after)
        row.status = after
    return row


def _close(session: Session, payment_id: str, caller: str) -> Reservation:
    row = _move(session, Call.CLOSE, payment_id)
    row.closed_by = winner(row.closed_by, caller)
    return row


def _locked_row(session: Session, payment_id: str) -> Reservation | None:
    return session.scalar(select(Reservation).where(Reservation.payment_id == payment_id).with_for_update())


def _locked_stock(session: Session, items: list[HeldItem]) -> Stock:
    if not items:
        return {}
    key = (Milestone.project_id, Milestone.milestone_id)
    wanted = [_key(item) for item in items]
    rows = session.scalars(select(Milestone).where(tuple_(*key).in_(wanted)).order_by(*key).with_for_update())
    return {(row.project_id, row.milestone_id): row for row in rows}


def _shift_stock(stock: Stock, items: list[HeldItem], before: Status | None, after: Status) -> None:
    by = shift(before, after)
    if not any(by):
        return
    for item in items:
        milestone = stock[_key(item)]
        milestone.held_kg += by.held * item["kg"]
        milestone.sold_kg += by.sold * item["kg"]


def _key(item: HeldItem) -> tuple[str, str]:
    return item["project_id"], item["milestone_id"]

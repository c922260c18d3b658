"""Reservations: the rules applied to rows and stock, each call in one transaction.

Locks are taken in one order everywhere (the payment's row, the buyer's, then milestones by id), so no two calls wait
for each other.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import Engine, Select, delete, select, text, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lib.database.database import changed
from lib.webapi import Problem
from services.common.values import StoredItem, stored_items
from services.projects.models import Buyer, Milestone, Reservation
from services.projects.orders import BuyerLimits, Held, Stock, key, refusal
from services.projects.refusals import MISMATCH
from services.projects.rules import ReservationCall, Status, decide, shift, winner
from services.projects.schemas import OrderRequest, ReserveRequest

T = TypeVar("T")
# One statement on both databases: the row is there afterwards, and this transaction's until it ends.
LOCK_BUYER = text(
    "INSERT INTO buyers (buyer_id) VALUES (:buyer_id) ON CONFLICT (buyer_id) DO UPDATE SET buyer_id = excluded.buyer_id"
)


class Reservations:
    """All that can be asked of reservations; every method raises the design's refusals as `Problem`."""

    def __init__(self, engine: Engine, limits: BuyerLimits) -> None:
        self._engine = engine
        self._limits = limits

    def quote(self, order: OrderRequest) -> None:
        """Raise what `reserve` would refuse the order with now; nothing is held, and nothing is written."""
        with self._session() as session:
            stock = _stock(session.scalars(_milestones(stored_items(order.items))))
            refused = refusal(order, stock, _held_by(session, order.buyer_id), self._limits)
        if refused:
            raise refused

    def reserve(self, body: ReserveRequest) -> Reservation:
        """Hold all items, or none; whoever is refused first leaves a closed row that nobody has claimed."""
        row, refused = self._decided(lambda session: _reserve(session, body, self._limits))
        if refused:
            raise refused
        return row

    def commit(self, payment_id: str) -> Reservation:
        """The payment is taken: what was held is sold."""
        return self._decided(lambda session: _move(session, ReservationCall.COMMIT, payment_id))

    def restock(self, payment_id: str) -> Reservation:
        """The money is back: what was held or sold is free again."""
        return self._decided(lambda session: _move(session, ReservationCall.RESTOCK, payment_id))

    def release(self, payment_id: str, caller: str) -> Reservation:
        """The payment is canceled: what was held is free again, and `caller` is who closed the row."""
        return self._decided(lambda session: _release(session, payment_id, caller))

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

    def rename_buyer(self, buyer_id: str, erased_as: str) -> int:
        """Forget a buyer; how many reservations were the buyer's."""
        rename = update(Reservation).where(Reservation.buyer_id == buyer_id).values(buyer_id=erased_as)
        with self._session() as session, session.begin():
            # This row only serves as a lock; the buyer's next reservation makes it again.
            session.execute(delete(Buyer).where(Buyer.buyer_id == buyer_id))
            return changed(session.execute(rename))

    def _session(self) -> Session:
        # What is shown after the commit is what was decided: nothing is read again.
        return Session(self._engine, expire_on_commit=False)

    def _decided(self, decision: Callable[[Session], T]) -> T:
        try:
            with self._session() as session, session.begin():
                return decision(session)
        except IntegrityError:
            # Another call wrote the payment's first row meanwhile. Rows stay, so the second try finds it.
            with self._session() as session, session.begin():
                return decision(session)


def _reserve(session: Session, body: ReserveRequest, limits: BuyerLimits) -> tuple[Reservation, Problem | None]:
    row = _locked_row(session, body.payment_id)
    status = decide(ReservationCall.RESERVE, row.status if row else None)
    items = stored_items(body.items)
    if row:
        _refuse_mismatch(row, items, body)
        return row, None
    if body.buyer_id:
        # Until this transaction ends no other call counts what the same buyer holds.
        session.execute(LOCK_BUYER, {"buyer_id": body.buyer_id})
    held = _held_by(session, body.buyer_id)
    stock = _locked_stock(session, items)
    refused = refusal(body, stock, held, limits)
    row = Reservation(
        payment_id=body.payment_id,
        status=Status.CLOSED if refused else status,
        items=items,
        amount=body.amount,
        currency=body.currency,
        buyer_id=body.buyer_id,
    )
    session.add(row)
    _shift_stock(stock, items, None, row.status)
    return row, refused


def _refuse_mismatch(row: Reservation, items: list[StoredItem], body: ReserveRequest) -> None:
    def by_milestone(held: list[StoredItem]) -> dict[tuple[str, str], int]:
        return {key(item): item["kg"] for item in held}

    asked = (by_milestone(items), body.amount, body.currency)
    # A request without a buyer, or a row that was written without one, matches any buyer.
    another = None not in {body.buyer_id, row.buyer_id} and body.buyer_id != row.buyer_id
    if another or asked != (by_milestone(row.items), row.amount, row.currency):
        raise MISMATCH.problem()


def _move(session: Session, call: ReservationCall, payment_id: str) -> Reservation:
    """Bring the payment's row to the state that the rules give for `call`, and its stock with it."""
    row = _locked_row(session, payment_id)
    before = row.status if row else None
    after = decide(call, before)
    if row is None:
        # The tombstone: a call that is still under way and comes later finds it and does nothing.
        row = Reservation(payment_id=payment_id, items=[], amount=0)
        session.add(row)
    if after != before:
        _shift_stock(_locked_stock(session, row.items), row.items, before, after)
        row.status = after
    return row


def _release(session: Session, payment_id: str, caller: str) -> Reservation:
    row = _move(session, ReservationCall.RELEASE, payment_id)
    row.closed_by = winner(row.closed_by, caller)
    return row


def _locked_row(session: Session, payment_id: str) -> Reservation | None:
    return session.scalar(select(Reservation).where(Reservation.payment_id == payment_id).with_for_update())


def _held_by(session: Session, buyer_id: str | None) -> Held:
    """What the buyer holds without having paid, purchase by purchase; nothing where nobody has told the buyer."""
    if buyer_id is None:
        return []
    held = select(Reservation.items).where(Reservation.buyer_id == buyer_id, Reservation.status == Status.RESERVED)
    return session.scalars(held).all()


def _locked_stock(session: Session, items: list[StoredItem]) -> Stock:
    return _stock(session.scalars(_milestones(items).with_for_update())) if items else {}


def _milestones(items: list[StoredItem]) -> Select[Milestone]:
    by = (Milestone.project_id, Milestone.milestone_id)
    return select(Milestone).where(tuple_(*by).in_([key(item) for item in items])).order_by(*by)


def _stock(rows: Iterable[Milestone]) -> Stock:
    return {(row.project_id, row.milestone_id): row for row in rows}


def _shift_stock(stock: Stock, items: list[StoredItem], before: Status | None, after: Status) -> None:
    by = shift(before, after)
    if not any(by):
        return
    for item in items:
        milestone = stock[key(item)]
        milestone.held_kg += by.held * item["kg"]
        milestone.sold_kg += by.sold * item["kg"]

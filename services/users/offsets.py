"""A buyer's offsets: created once per payment, and never again once revoked (the model's rule `offset-tombstone`)."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lib.database.database import changed
from lib.webapi.problem_types import NOT_FOUND
from services.common.values import stored_items
from services.users.models import Offset, User
from services.users.refusals import MISMATCH, REVOKED
from services.users.schemas import OffsetRequest


class Offsets:
    """All that can be asked of offsets; every method raises the design's refusals as `Problem`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def know(self, user_id: str) -> None:
        """Raise 404 for an unknown buyer."""
        with Session(self._engine) as session:
            _know(session, user_id)

    def create(self, user_id: str, body: OffsetRequest) -> Offset:
        """The offset of the payment; asked again it is the same one."""
        return self._decided(lambda session: _create(session, user_id, body))

    def revoke(self, user_id: str, payment_id: str) -> Offset:
        """Take the offset away, or leave the tombstone that refuses it: a create may still be under way."""
        return self._decided(lambda session: _revoke(session, user_id, payment_id))

    def newest(self, user_id: str | None, count: int, below: int | str | None) -> list[Offset]:
        """Up to `count` offsets of the buyer (None: of all), newest first, older than number `below`.

        404 for an unknown buyer.
        """
        rows = select(Offset).where(~Offset.revoked).order_by(Offset.number.desc())
        if below is not None:
            rows = rows.where(Offset.number < below)
        with Session(self._engine) as session:
            if user_id is not None:
                _know(session, user_id)
                rows = rows.where(Offset.user_id == user_id)
            return list(session.scalars(rows.limit(count)))

    def find(self, user_id: str, payment_id: str) -> Offset:
        """The buyer's offset of a payment, or the tombstone of its revocation; 404 where there is neither."""
        row = select(Offset).where(Offset.payment_id == payment_id, Offset.user_id == user_id)
        with Session(self._engine) as session:
            found = session.scalar(row)
        if found is None:
            raise NOT_FOUND.problem("This payment has brought the buyer no offset.")
        return found

    def rename_buyer(self, user_id: str, erased_as: str) -> int:
        """Forget a buyer, who then is unknown; how many offsets and tombstones were the buyer's."""
        rename = update(Offset).where(Offset.user_id == user_id).values(user_id=erased_as)
        with Session(self._engine) as session, session.begin():
            renamed = changed(session.execute(rename))
            session.execute(delete(User).where(User.user_id == user_id))
            if renamed and session.get(User, erased_as) is None:
                # Whoever owns offset is a user.
                session.add(User(user_id=erased_as))
            return renamed

    def _decided(self, decision: Callable[[Session], Offset]) -> Offset:
        # What is shown after the commit is what was decided: nothing is read again.
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                return decision(session)
        except IntegrityError:
            # Another call wrote the payment's first row meanwhile. Rows stay, so the second try finds it.
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                return decision(session)


def _create(session: Session, user_id: str, body: OffsetRequest) -> Offset:
    row = _locked_row(session, user_id, body.payment_id)
    if row is None:
        _know(session, user_id)
        return _add(session, user_id, body)
    if row.revoked:
        raise REVOKED.problem()
    if (row.purchase_id, row.items) != (body.purchase_id, stored_items(body.items)):
        raise MISMATCH.problem("This payment has bought something else.")
    return row


def _add(session: Session, user_id: str, body: OffsetRequest) -> Offset:
    row = Offset(
        payment_id=body.payment_id,
        user_id=user_id,
        purchase_id=body.purchase_id,
        items=stored_items(body.items),
        created_at=datetime.now(UTC),
        revoked=False,
    )
    session.add(row)
    return row


def _revoke(session: Session, user_id: str, payment_id: str) -> Offset:
    row = _locked_row(session, user_id, payment_id)
    if row is None:
        row = Offset(payment_id=payment_id, user_id=user_id, items=[], created_at=datetime.now(UTC))
        session.add(row)
    row.revoked = True
    return row


def _locked_row(session: Session, user_id: str, payment_id: str) -> Offset | None:
    row = session.scalar(select(Offset).where(Offset.payment_id == payment_id).with_for_update())
    if row and row.user_id != user_id:
        raise MISMATCH.problem("This payment is another buyer's.")
    return row


def _know(session: Session, user_id: str) -> None:
    if session.get(User, user_id) is None:
        raise NOT_FOUND.problem(f"There is no buyer {user_id}.")

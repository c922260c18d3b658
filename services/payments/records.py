"""The rows: every change is one short transaction under the row's lock, and none is ever held over a provider call."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import Engine, func, null, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from providers.port import PaymentStatus
from services.payments.models import Payment
from services.payments.rules import payment_id_of


@dataclass(frozen=True)
class Watched:
    """What may happen to money outside of a purchase's normal life."""

    disputes_open: int
    refunds_by_hand: int
    # Epoch seconds: the authorised payment of an open purchase that runs out first; null where there is none.
    runs_out_at: int | None


class Records:
    """The purchases' rows in a migrated database."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @contextmanager
    def row(self, purchase_id: str) -> Iterator[Payment]:
        """The purchase's row, locked and made if there is none; kept as it is at the end, unless that is an error."""
        with self._sessions.begin() as session:
            row = _locked(session, purchase_id)
            if row is None:
                # Another process may make it at the same moment; then its row is the one.
                with suppress(IntegrityError), session.begin_nested():
                    payment_id = payment_id_of(purchase_id)
                    new = Payment(purchase_id=purchase_id, payment_id=payment_id, status=PaymentStatus.CREATING)
                    session.add(new)
                row = _locked(session, purchase_id)
            assert row is not None, "rows are never removed"
            yield row

    def find(self, payment_id: str) -> Payment | None:
        """The row of a payment."""
        with self._sessions() as session:
            return session.scalar(select(Payment).where(Payment.payment_id == payment_id))

    def watched(self) -> Watched:
        """The sums for the metrics, over all payments as they were last retrieved."""
        disputes = select(func.coalesce(func.sum(Payment.disputes_open), 0)).where(Payment.disputes_open > 0)
        refunds = select(func.coalesce(func.sum(Payment.refunds_by_hand), 0)).where(Payment.refunds_by_hand > 0)
        runs_out = select(func.min(Payment.capture_before)).where(
            Payment.capture_before.is_not(None), Payment.outcome.is_(null())
        )
        with self._sessions() as session:
            return Watched(session.scalar(disputes) or 0, session.scalar(refunds) or 0, session.scalar(runs_out))

    def newest(self, limit: int, below: int | None, wanted_by: Mapping[str, str | None]) -> list[Payment]:
        """At most `limit` rows, newest first, from below that number, whose columns have these values (None: any)."""
        wanted = select(Payment).order_by(Payment.number.desc()).limit(limit)
        if below is not None:
            wanted = wanted.where(Payment.number < below)
        wanted = wanted.filter_by(**{column: value for column, value in wanted_by.items() if value is not None})
        with self._sessions() as session:
            return list(session.scalars(wanted))


def _locked(session: Session, purchase_id: str) -> Payment | None:
    wanted = select(Payment).where(Payment.purchase_id == purchase_id).with_for_update()
    return session.scalar(wanted)

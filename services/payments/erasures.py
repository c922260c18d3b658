"""Erasing a buyer: the rows stay, so that the records add up, under a pseudonym in place of the buyer's id."""

import secrets

from sqlalchemy import Engine, null, select, update
from sqlalchemy.orm import Session

from lib.database.database import changed
from services.payments.models import Erasure, Payment
from services.payments.refusals import PURCHASES_OPEN

# 64 random bits: nobody can compute it from the buyer, and no two buyers get the same one.
PSEUDONYM_BYTES = 8


class Erasures:
    """Erasures that have begun; each ends once every store has followed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def erase(self, buyer_id: str) -> tuple[str, int]:
        """The buyer's pseudonym, and how many records bear it from now on; asked again it is the same one.

        Refused `purchases-open` while a purchase has no outcome: its saga still needs to know the buyer.
        """
        with Session(self._engine) as session, session.begin():
            open_ones = select(Payment.number).where(Payment.buyer_id == buyer_id, Payment.outcome.is_(null()))
            if session.scalar(open_ones.limit(1)) is not None:
                raise PURCHASES_OPEN.problem()
            begun = session.get(Erasure, buyer_id)
            if begun is None:
                begun = Erasure(buyer_id=buyer_id, erased_as=f"erased-{secrets.token_hex(PSEUDONYM_BYTES)}")
                session.add(begun)
                session.flush()
            rename = update(Payment).where(Payment.buyer_id == buyer_id).values(buyer_id=begun.erased_as)
            return begun.erased_as, changed(session.execute(rename))

    def finish(self, buyer_id: str) -> bool:
        """Forget which pseudonym is the buyer's; False where that is done already."""
        with Session(self._engine) as session, session.begin():
            begun = session.get(Erasure, buyer_id)
            if begun is not None:
                session.delete(begun)
            return begun is not None

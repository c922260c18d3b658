"""One call of the API, or one step of the simulator's own clock: what an operation works with."""

import secrets
import time
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from simulators.stripe.errors import StripeError, no_such
from simulators.stripe.models import Charge, Document, PaymentIntent

Row = TypeVar("Row", bound=Document)


@dataclass(frozen=True, slots=True)
class Call:
    """The transaction, the time, and who asked; the clock's steps have neither request nor key."""

    session: Session
    processing_seconds: float
    request_id: str | None = None
    idempotency_key: str | None = None
    base_url: str = ""
    publishable: bool = False
    now: float = field(default_factory=time.time)

    @property
    def second(self) -> int:
        """The time as Stripe's objects show it."""
        return int(self.now)


def new_id(prefix: str, length: int = 24) -> str:
    """A fresh id: `pi_3c09…`, `length` characters behind the prefix."""
    return f"{prefix}_{secrets.token_hex(length // 2)}"


def find_intent(call: Call, intent_id: str) -> PaymentIntent:
    """The PaymentIntent of an id; 404 if there is none."""
    return existing(call, PaymentIntent, intent_id, no_such("payment_intent", intent_id, "intent"))


def find_charge(call: Call, charge_id: str, *, status: int = 404) -> Charge:
    """The charge of an id; 404 (400 where a parameter names it) if there is none."""
    param = "id" if status == 404 else "charge"
    return existing(call, Charge, charge_id, no_such("charge", charge_id, param, status=status))


def existing(call: Call, model: type[Row], identifier: str, absent: StripeError) -> Row:
    """The row of an id; raises `absent` if there is none."""
    row = find(call, model, identifier)
    if row is None:
        raise absent
    return row


def find(call: Call, model: type[Row], identifier: str) -> Row | None:
    """The row of an id, if there is one."""
    return call.session.scalar(select(model).where(model.id == identifier))

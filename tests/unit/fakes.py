"""The ports' stand-ins of the unit tests: simple ones, that remember what they were asked."""

import asyncio
from datetime import timedelta
from typing import Any

from domain.answers import KEY_REUSED
from domain.errors import Refused
from domain.keys import payment_id_of
from domain.messages import (
    PaymentFailedInput,
    PaymentSuccessInput,
    PurchaseView,
    RefundFailedInput,
    StartPaymentInput,
)
from domain.purchase import Answer, NextAction, Order, Payment, PurchaseStatus
from engine.sagas import Doubted, Hint, PurchaseSaga
from lib.telemetry import tracing
from tests.unit.values import NOW, ORDER, Recorder, outcome, payment

__all__ = ["NOW", "ORDER", "FakePayments", "FakeSagas", "Recorder", "outcome", "payment", "saga"]


def saga(order: Order = ORDER, **changes: Any) -> PurchaseSaga:
    """The running saga of an order that waits for its payment."""
    known: dict[str, Any] = {
        "order": order,
        "status": PurchaseStatus.AWAITING_PAYMENT,
        "payment_id": payment_id_of(order.purchase_id),
        "created_at": NOW,
        "expires_at": NOW + timedelta(minutes=30),
        "running": True,
    }
    return PurchaseSaga(**known | changes)


class FakeSagas:
    """The sagas that the intake reaches: opens each purchase once, refuses or is away when told so."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.starts: list[StartPaymentInput] = []
        self.opened: dict[str, tuple[str, Answer]] = {}
        self.sagas: dict[str, PurchaseSaga] = {}
        self.views: dict[str, PurchaseView] = {}
        self.events: list[tuple[Any, ...]] = []
        # The trace that each event was taken in.
        self.traces: list[str | None] = []
        self.cancels: dict[str, PurchaseView] = {}
        self.canceled: list[str] = []
        self.cancel_error: Exception | None = None

    def open_purchase(self, start: StartPaymentInput, hints: Hint | None = None) -> Answer:
        """Open, or answer again; another body under the same key is refused."""
        self.check()
        if hints:
            try:
                asyncio.run(hints())
            except Exception as error:
                raise Doubted(error) from error
        self.starts.append(start)
        order = start.order
        answer = Answer(
            purchase_id=order.purchase_id,
            payment_id=payment_id_of(order.purchase_id),
            status=PurchaseStatus.AWAITING_PAYMENT,
            amount=order.amount,
            currency=order.currency,
            expires_at=NOW + timedelta(seconds=start.reservation_ttl_s),
            opened_by=start.opened_by,
        )
        mark, first = self.opened.setdefault(order.purchase_id, (start.fingerprint, answer))
        if mark != start.fingerprint:
            raise KEY_REUSED
        return first

    def purchase(self, purchase_id: str) -> PurchaseSaga | None:
        """The saga as the server describes it."""
        self.check()
        return self.sagas.get(purchase_id)

    def view(self, purchase_id: str) -> PurchaseView | None:
        """What its worker tells, if there is one."""
        return self.views.get(purchase_id)

    def cancel_purchase(self, purchase_id: str) -> PurchaseView | None:
        """What comes of a cancel, as the test has set it; None where no saga runs."""
        self.check()
        self.canceled.append(purchase_id)
        if self.cancel_error:
            raise self.cancel_error
        return self.cancels.get(purchase_id)

    def payment_succeeded(self, start: PaymentSuccessInput) -> bool:
        """Start PaymentSuccess, once."""
        return self._event("succeeded", start)

    def payment_failed(self, start: PaymentFailedInput, cause: str) -> bool:
        """Start PaymentFailed, once for each cause."""
        return self._event("failed", start, cause)

    def refund_failed(self, start: RefundFailedInput) -> bool:
        """Start RefundFailed, once."""
        return self._event("refund-failed", start)

    def check(self) -> None:
        """Raise what the test has set."""
        if self.error:
            raise self.error

    def _event(self, *event: Any) -> bool:
        self.check()
        self.traces.append(tracing.traceparent())
        known = event in self.events
        self.events.append(event)
        return not known


class FakePayments:
    """Payments as the intake asks it: records, pages and next actions."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.records: list[Payment] = []
        self.pages_asked: list[tuple[str, int, str | None]] = []
        self.retrieved: list[str] = []

    async def find(self, purchase_id: str) -> Payment | None:
        """The record of a purchase."""
        self._fail()
        return next((record for record in self.records if record.purchase_id == purchase_id), None)

    async def list(self, buyer_id: str, limit: int, cursor: str | None) -> tuple[list[Payment], str | None]:
        """The first `limit` records of a buyer; a cursor follows when there are more."""
        self._fail()
        self.pages_asked.append((buyer_id, limit, cursor))
        own = [record for record in self.records if record.buyer_id == buyer_id]
        return own[:limit], "more" if len(own) > limit else None

    async def retrieve(self, payment_id: str) -> Payment:
        """The record of a payment; refused for one that is not known."""
        self.retrieved.append(payment_id)
        self._fail()
        for record in self.records:
            if record.payment_id == payment_id:
                return record
        raise Refused("not-found", "")

    async def find_by_reference(self, provider_reference: str) -> Payment | None:
        """The record of the payment that its provider calls so."""
        self._fail()
        return next((record for record in self.records if record.provider_reference == provider_reference), None)

    async def next_action(self, payment_id: str) -> NextAction:
        """What the buyer of any payment has to do."""
        self._fail()
        return NextAction(type="stripe", client_secret=f"{payment_id}_secret", payment_intent="pi_1")

    def _fail(self) -> None:
        if self.error:
            raise self.error

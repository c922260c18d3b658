"""The ports' stand-ins of the unit tests: simple ones, that remember what they were asked."""

from datetime import timedelta
from typing import Any

from domain.answers import key_reused
from domain.errors import RefusalKind, Refused
from domain.keys import payment_id_of
from domain.messages import FollowUpInput, PurchaseView, StartPaymentInput
from domain.payment import NextAction, Payment
from domain.purchase import Answer, Order, PurchaseStatus, TimelineEntry
from engine.sagas import Hints, PurchaseSaga
from lib.telemetry import tracing
from tests.unit.values import NOW, ORDER, PAYMENT_ID, Recorder, outcome, payment

__all__ = [
    "NOW",
    "ORDER",
    "PAYMENT_ID",
    "REFERENCE",
    "FakePaymentRecords",
    "FakePurchases",
    "Recorder",
    "outcome",
    "payment",
    "saga",
    "view",
]

# What the provider calls the payment of that order.
REFERENCE = "pi_1"


def view(order: Order = ORDER, **changes: Any) -> PurchaseView:
    """What is known of an order that waits for its payment, with whatever is to be different."""
    known: dict[str, Any] = {
        "order": order,
        "status": PurchaseStatus.AWAITING_PAYMENT,
        "payment_id": payment_id_of(order.purchase_id),
        "created_at": NOW,
        "expires_at": NOW + timedelta(minutes=30),
        "timeline": (TimelineEntry(at=NOW, event="opening"),),
    }
    return PurchaseView(**known | changes)


def saga(order: Order = ORDER, *, running: bool = True, **changes: Any) -> PurchaseSaga:
    """The saga of an order that waits for its payment, as the server describes it."""
    return PurchaseSaga(view=view(order, **changes), running=running)


class FakePurchases:
    """The way to the sagas: opens each purchase once, refuses or is away when told so."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        # Where the purchases stand that are opened.
        self.status = PurchaseStatus.AWAITING_PAYMENT
        self.starts: list[StartPaymentInput] = []
        self.opened: dict[str, tuple[str, Answer]] = {}
        # As the server describes them, and what their workers tell.
        self.sagas: dict[str, PurchaseSaga] = {}
        self.views: dict[str, PurchaseView] = {}
        self.events: list[FollowUpInput] = []
        # The trace that each event was taken in.
        self.traces: list[str | None] = []
        # What comes of a cancel, and which were asked for.
        self.cancels: dict[str, PurchaseView] = {}
        self.canceled: list[str] = []
        self.cancel_error: Exception | None = None

    async def open(self, start: StartPaymentInput, hints: Hints) -> Answer:
        """Open, or answer again; another body under the same key is refused."""
        await self.check()
        await hints()
        self.starts.append(start)
        order = start.order
        answer = Answer(
            purchase_id=order.purchase_id,
            payment_id=payment_id_of(order.purchase_id),
            status=self.status,
            amount=order.amount,
            currency=order.currency,
            expires_at=NOW + timedelta(seconds=start.reservation_ttl_s),
            opened_by=start.opened_by,
        )
        fingerprint, first = self.opened.setdefault(order.purchase_id, (start.fingerprint, answer))
        if fingerprint != start.fingerprint:
            raise key_reused()
        return first

    async def read(self, purchase_id: str, *, ask_worker: bool = True) -> PurchaseSaga | None:
        """The saga as its worker tells it, if there is one, or as the server describes it."""
        await self.check()
        found = self.sagas.get(purchase_id)
        told = self.views.get(purchase_id) if ask_worker else None
        return PurchaseSaga(view=told, running=True) if found and told else found

    async def cancel(self, purchase_id: str) -> PurchaseView | None:
        """What comes of a cancel, as the test has set it; None where no saga runs."""
        await self.check()
        self.canceled.append(purchase_id)
        if self.cancel_error:
            raise self.cancel_error
        return self.cancels.get(purchase_id)

    async def follow(self, event: FollowUpInput) -> bool:
        """Start what follows an event, once."""
        await self.check()
        self.traces.append(tracing.traceparent())
        known = event in self.events
        self.events.append(event)
        return not known

    async def check(self) -> None:
        """Raise what the test has set."""
        if self.error:
            raise self.error


class FakePaymentRecords:
    """Payments as the intake asks it: records, pages and what a buyer has to do."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.records: list[Payment] = []
        # What the buyer of any of them has to do.
        self.action = NextAction(type="stripe", client_secret=f"{REFERENCE}_secret", payment_intent=REFERENCE)
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
        raise Refused(RefusalKind.NOT_FOUND, "")

    async def find_by_reference(self, provider_reference: str) -> Payment | None:
        """The record of the payment that its provider calls so."""
        self._fail()
        return next((record for record in self.records if record.provider_reference == provider_reference), None)

    async def next_action(self, _: str) -> NextAction:
        """What the test has set."""
        self._fail()
        return self.action

    def _fail(self) -> None:
        if self.error:
            raise self.error

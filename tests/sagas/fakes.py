"""Payments, Projects, Users and the Notifier as the design describes them, in memory."""

from dataclasses import dataclass, field
from typing import Any

from domain.catalogue import ProjectsPage
from domain.errors import Refused
from domain.messages import CloudEvent
from domain.purchase import BuyerOffset, Item, Order, Outcome, Payment, PaymentStatus, Reservation
from tests.sagas.engine import START

PAYMENT_ID = "pi_1"


@dataclass
class Faults:
    """What a callee does wrong: per operation the errors of its next calls; `lost` ones come after the effect."""

    before: dict[str, list[Exception]] = field(default_factory=dict)
    after: dict[str, list[Exception]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def enter(self, operation: str, key: str) -> None:
        """A call arrives."""
        self.calls.append((operation, key))
        self._raise(self.before, operation)

    def leave(self, operation: str) -> None:
        """Its answer goes out."""
        self._raise(self.after, operation)

    @staticmethod
    def _raise(planned: dict[str, list[Exception]], operation: str) -> None:
        errors = planned.get(operation)
        if errors:
            raise errors.pop(0)


@dataclass
class FakePayments:
    """Payments with the provider behind it; `capture_mode` as the real one's setting."""

    faults: Faults
    manual: bool = False
    capture_refused: bool = False
    payment: Payment | None = None
    mark: bool = False

    async def create(self, order: Order, key: str) -> Payment:
        self.faults.enter("create", key)
        if self.mark:
            raise Refused("payment-canceled", "canceled before it was created")
        self.payment = self.payment or Payment(
            payment_id=PAYMENT_ID, status=PaymentStatus.PAYABLE, created_at=START, **order.model_dump()
        )
        self.faults.leave("create")
        return self.payment

    async def look(self, payment_id: str) -> Payment:
        self.faults.enter("look", "")
        if self.payment is None or self.payment.payment_id != payment_id:
            raise Refused("not-found", "no such payment")
        self.faults.leave("look")
        return self.payment

    async def cancel(self, payment_id: str, key: str) -> Payment:
        self.faults.enter("cancel", key)
        payment = await self.look(payment_id)
        if payment.status is PaymentStatus.PROCESSING:
            raise Refused("payment-processing", "the bank processes")
        if payment.amount_captured:
            raise Refused("payment-paid", "it is captured")
        if payment.status is not PaymentStatus.CANCELED:
            self.set(status=PaymentStatus.CANCELED, canceled_by=key)
        self.faults.leave("cancel")
        return self.known()

    async def cancel_purchase(self, purchase_id: str, key: str) -> Payment:
        self.faults.enter("cancel_purchase", key)
        if self.payment:
            return await self.cancel(self.known().known_id, key)
        self.mark = True
        return Payment(
            payment_id=None,
            purchase_id=purchase_id,
            buyer_id="",
            status=PaymentStatus.CANCELED,
            amount=0,
            currency="usd",
            items=(),
            created_at=START,
            canceled_by=key,
        )

    async def capture(self, payment_id: str, key: str) -> Payment:
        self.faults.enter("capture", key)
        payment = await self.look(payment_id)
        if self.capture_refused or payment.status is not PaymentStatus.PAID:
            raise Refused("payment-not-capturable", "the provider refuses")
        self.set(amount_captured=payment.amount)
        self.faults.leave("capture")
        return self.known()

    async def refund(self, payment_id: str, key: str) -> Payment:
        self.faults.enter("refund", key)
        payment = await self.look(payment_id)
        if not payment.amount_captured:
            raise Refused("payment-not-refundable", "nothing was captured")
        self.set(amount_refunded=payment.amount_captured)
        self.faults.leave("refund")
        return self.known()

    async def record_outcome(self, order: Order, outcome: Outcome, key: str) -> Payment:
        self.faults.enter("record", key)
        if self.payment is None:
            status = PaymentStatus.CANCELED
            self.payment = Payment(payment_id=None, status=status, created_at=START, **order.model_dump())
        if self.payment.outcome is None:
            self.set(outcome=outcome)
        self.faults.leave("record")
        return self.known()

    async def find(self, _purchase_id: str) -> Payment | None:
        return self.payment

    async def list(self, _buyer_id: str, _limit: int, _cursor: str | None) -> tuple[list[Payment], str | None]:
        return [self.payment] if self.payment else [], None

    async def client_secret(self, payment_id: str) -> str:
        return f"{payment_id}_secret"

    def known(self) -> Payment:
        """The payment, which there is."""
        assert self.payment
        return self.payment

    def set(self, **fields: Any) -> None:
        """Change the payment as the provider would."""
        self.payment = self.known().model_copy(update=fields)


@dataclass
class FakeProjects:
    """The reservation's row, as in the design's table."""

    faults: Faults
    row: str = "none"
    closed_by: str | None = None
    refusal: Refused | None = None

    async def reserve(self, payment_id: str, _order: Order, key: str) -> Reservation:
        self.faults.enter("reserve", key)
        if self.row in {"closed", "returned"}:
            raise Refused("reservation-closed", "closed")
        if self.refusal and self.row == "none":
            self.row = "closed"
            raise self.refusal
        if self.row == "none":
            self.row = "reserved"
        self.faults.leave("reserve")
        return self._shown(payment_id)

    async def commit(self, payment_id: str, key: str) -> Reservation:
        self.faults.enter("commit", key)
        if self.row == "none":
            raise Refused("not-found", "no reservation")
        if self.row in {"closed", "returned"}:
            raise Refused("reservation-closed", "closed")
        self.row = "committed"
        self.faults.leave("commit")
        return self._shown(payment_id)

    async def release(self, payment_id: str, key: str) -> Reservation:
        self.faults.enter("release", key)
        if self.row == "committed":
            raise Refused("reservation-committed", "sold")
        if self.row == "returned" or (self.row == "closed" and self.closed_by not in {None, key}):
            raise Refused("reservation-closed", "another saga closed it")
        self.row, self.closed_by = "closed", key
        self.faults.leave("release")
        return self._shown(payment_id)

    async def give_back(self, payment_id: str, key: str) -> Reservation:
        self.faults.enter("give_back", key)
        if self.row != "closed":
            self.row = "returned"
        self.faults.leave("give_back")
        return self._shown(payment_id)

    async def look(self, payment_id: str) -> Reservation:
        self.faults.enter("look_at_reservation", "")
        if self.row == "none":
            raise Refused("not-found", "no reservation")
        return self._shown(payment_id)

    async def catalogue(self, _limit: int, _cursor: str | None) -> ProjectsPage:
        return ProjectsPage(items=(), next_cursor=None)

    def _shown(self, payment_id: str) -> Reservation:
        return Reservation(payment_id=payment_id, status=self.row, closed_by=self.closed_by)


@dataclass
class FakeUsers:
    """The buyer's offset of the one payment."""

    faults: Faults
    delivered: bool = False
    revoked: bool = False

    async def deliver(self, _buyer: str, _payment: str, _purchase: str, _items: tuple[Item, ...], key: str) -> None:
        self.faults.enter("deliver", key)
        if self.revoked:
            raise Refused("offset-revoked", "revoked")
        self.delivered = True
        self.faults.leave("deliver")

    async def revoke(self, _buyer: str, _payment: str, key: str) -> None:
        self.faults.enter("revoke", key)
        self.delivered, self.revoked = False, True
        self.faults.leave("revoke")

    async def look(self, _buyer: str, payment_id: str) -> BuyerOffset:
        self.faults.enter("look_at_offset", "")
        if not self.delivered and not self.revoked:
            raise Refused("not-found", "no offset")
        return BuyerOffset(payment_id=payment_id, status="revoked" if self.revoked else "delivered")


@dataclass
class FakeNotifications:
    """Everything that was published, by message id: a repeat is seen as one."""

    faults: Faults
    events: dict[str, CloudEvent] = field(default_factory=dict)

    async def publish(self, event: CloudEvent) -> None:
        self.faults.enter("publish", event.id)
        self.events[event.id] = event
        self.faults.leave("publish")

    def kinds(self) -> list[str]:
        """The types of the events, in order."""
        return [event.type for event in self.events.values()]

"""Payments, Projects, Users and the Notifier as the design describes them, in memory, for one purchase."""

from dataclasses import dataclass, field
from typing import Any

from domain.catalogue import ProjectsPage
from domain.errors import Refused
from domain.keys import payment_id_of
from domain.messages import CloudEvent
from domain.offset import BuyerOffset, OffsetStatus, Reservation, ReservationStatus
from domain.payment import NextAction, Payment, PaymentStatus
from domain.purchase import Item, Order, Outcome
from tests.sagas.temporal import START

PURCHASE_ID = "p1"
PAYMENT_ID = payment_id_of(PURCHASE_ID)
# MAX_OPEN_PURCHASES, as it is when nothing is said.
MAX_OPEN = 5


@dataclass
class FakePayments:
    """Payments with the provider behind it; `tombstone` refuses a late create.

    `paid_at_creation`: a provider that takes the money (with manual capture it holds it) as the payment is created.
    `can_refund`: where False only a human gives money back, at the provider.
    """

    manual: bool = False
    paid_at_creation: bool = False
    can_refund: bool = True
    capture_refused: bool = False
    payment: Payment | None = None
    tombstone: bool = False
    tombstone_by: str | None = None

    async def create(self, order: Order, key: str) -> Payment:
        if self.tombstone and not (self.payment and self.payment.outcome):
            raise Refused("payment-canceled", "canceled before it was created")
        if self.payment is None:
            self.payment = _payment_of(order, status=PaymentStatus.PAYABLE)
            if self.paid_at_creation:
                self.becomes_paid()
        return self.payment

    async def retrieve(self, payment_id: str) -> Payment:
        payment = await self.find(PURCHASE_ID)
        if payment is None or payment.payment_id != payment_id:
            raise Refused("not-found", "no such payment")
        return payment

    async def cancel(self, payment_id: str, key: str) -> Payment:
        payment = await self.retrieve(payment_id)
        if payment.status is PaymentStatus.PROCESSING:
            raise Refused("payment-processing", "the bank processes")
        if payment.amount_captured:
            raise Refused("payment-paid", "it is captured")
        if payment.status is not PaymentStatus.CANCELED:
            self.set(status=PaymentStatus.CANCELED, canceled_by=key, amount_authorised=0)
        return self.payment or payment

    async def cancel_payment_of(self, purchase_id: str, key: str) -> Payment:
        if self.payment:
            ended = self.payment.outcome or self.payment.status is PaymentStatus.CANCELED
            return self.payment if ended else await self.cancel(self.payment.payment_id, key)
        self.tombstone, self.tombstone_by = True, self.tombstone_by or key
        return self._tombstone(purchase_id)

    async def capture(self, payment_id: str, key: str) -> Payment:
        payment = await self.retrieve(payment_id)
        if payment.amount_captured and payment.amount_captured == payment.amount:
            return payment
        if self.capture_refused or payment.status is not PaymentStatus.PAID or payment.amount_captured:
            raise Refused("payment-not-capturable", "the provider refuses")
        self.set(amount_captured=payment.amount, amount_authorised=0)
        return self.known()

    async def refund(self, payment_id: str, key: str) -> Payment:
        payment = await self.retrieve(payment_id)
        if not payment.amount_captured:
            raise Refused("payment-not-refundable", "nothing was captured")
        if not self.can_refund and payment.amount_kept > 0:
            raise Refused("payment-not-refundable", "give the money back there")
        self.set(amount_refunded=payment.amount_captured)
        return self.known()

    async def record_outcome(self, order: Order, outcome: Outcome, key: str) -> Payment:
        if self.payment is None:
            # It ended without a payment, so none may come.
            self.tombstone = True
            self.payment = _payment_of(order, status=PaymentStatus.CANCELED, canceled_by=self.tombstone_by)
        if self.payment.outcome is None:
            self.set(outcome=outcome)
        return self.known()

    async def find(self, purchase_id: str) -> Payment | None:
        return self.payment or (self._tombstone(purchase_id) if self.tombstone else None)

    async def find_by_reference(self, provider_reference: str) -> Payment | None:
        payment = self.payment
        return payment if payment and payment.provider_reference == provider_reference else None

    async def list(self, _buyer_id: str, _limit: int, _cursor: str | None) -> tuple[list[Payment], str | None]:
        return [self.payment] if self.payment else [], None

    async def next_action(self, payment_id: str) -> NextAction:
        return NextAction(type="none")

    def known(self) -> Payment:
        """The payment, which there is."""
        assert self.payment
        return self.payment

    def set(self, **fields: Any) -> None:
        """Change the payment as the provider would."""
        self.payment = self.known().model_copy(update=fields)

    def becomes_paid(self) -> None:
        """The provider has the money, or with manual capture holds it."""
        price = self.known().amount
        taken, held = (0, price) if self.manual else (price, 0)
        self.set(status=PaymentStatus.PAID, amount_captured=taken, amount_authorised=held)

    def _tombstone(self, purchase_id: str) -> Payment:
        return Payment(
            payment_id=payment_id_of(purchase_id),
            purchase_id=purchase_id,
            buyer_id=None,
            status=PaymentStatus.CANCELED,
            amount=None,
            currency=None,
            items=(),
            created_at=START,
            canceled_by=self.tombstone_by,
        )


def _payment_of(order: Order, **fields: Any) -> Payment:
    known = order.model_dump(exclude={"payment_method"}) | {"method": order.payment_method}
    return Payment(payment_id=payment_id_of(order.purchase_id), created_at=START, **known, **fields)


@dataclass
class FakeProjects:
    """The reservation's row, as in the design's table.

    `free` is the stock: how many such orders can still be had. `others` are the buyer's other open purchases.
    """

    row: str = "none"
    closed_by: str | None = None
    refusal: Refused | None = None
    free: int = 1
    others: int = 0

    async def quote(self, _order: Order) -> None:
        if refusal := self.refusal or self._why_not():
            raise refusal

    async def reserve(self, payment_id: str, _order: Order, key: str) -> Reservation:
        if self.row in {"closed", "returned"}:
            raise Refused("reservation-closed", "closed")
        if self.row == "none":
            refusal = self.refusal or self._why_not()
            # A refusal closes the row too: a late copy of the call must not reserve after all.
            self._become("closed" if refusal else "reserved")
            if refusal:
                raise refusal
        return self._shown(payment_id)

    async def commit(self, payment_id: str, key: str) -> Reservation:
        if self.row == "none":
            raise Refused("not-found", "no reservation")
        if self.row in {"closed", "returned"}:
            raise Refused("reservation-closed", "closed")
        self._become("committed")
        return self._shown(payment_id)

    async def release(self, payment_id: str, key: str) -> Reservation:
        if self.row == "committed":
            raise Refused("reservation-committed", "sold")
        if self.row == "returned" or (self.row == "closed" and self.closed_by not in {None, key}):
            raise Refused("reservation-closed", "another saga closed it")
        self._become("closed")
        self.closed_by = key
        return self._shown(payment_id)

    async def restock(self, payment_id: str, key: str) -> Reservation:
        if self.row != "closed":
            self._become("returned")
        return self._shown(payment_id)

    async def retrieve(self, payment_id: str) -> Reservation:
        if self.row == "none":
            raise Refused("not-found", "no reservation")
        return self._shown(payment_id)

    async def catalogue(self, _limit: int, _cursor: str | None) -> ProjectsPage:
        return ProjectsPage(items=(), next_cursor=None)

    def _why_not(self) -> Refused | None:
        if self.others >= MAX_OPEN:
            return Refused("too-many-open", "Too many purchases are open.", {"max_open": MAX_OPEN})
        return None if self.free else Refused("sold-out", "There is not that much left.")

    def _become(self, row: str) -> None:
        taken = {"reserved", "committed"}
        self.free += (self.row in taken) - (row in taken)
        self.row = row

    def _shown(self, payment_id: str) -> Reservation:
        return Reservation(payment_id=payment_id, status=ReservationStatus(self.row), closed_by=self.closed_by)


@dataclass
class FakeUsers:
    """The buyer's offset of the one payment."""

    delivered: bool = False
    revoked: bool = False

    async def know(self, _buyer: str) -> None:
        """Everybody is known."""

    async def deliver(self, _buyer: str, _payment: str, _purchase: str, _items: tuple[Item, ...], key: str) -> None:
        if self.revoked:
            raise Refused("offset-revoked", "revoked")
        self.delivered = True

    async def revoke(self, _buyer: str, _payment: str, key: str) -> None:
        self.delivered, self.revoked = False, True

    async def retrieve(self, _buyer: str, payment_id: str) -> BuyerOffset:
        if not self.delivered and not self.revoked:
            raise Refused("not-found", "no offset")
        status = OffsetStatus.REVOKED if self.revoked else OffsetStatus.DELIVERED
        return BuyerOffset(payment_id=payment_id, status=status)


@dataclass
class FakeNotifications:
    """Everything that was published, by message id: a repeat is seen as one."""

    events: dict[str, CloudEvent] = field(default_factory=dict)

    async def publish(self, event: CloudEvent) -> None:
        self.events[event.id] = event

    def kinds(self) -> list[str]:
        """The types of the events, in order."""
        return [event.type for event in self.events.values()]


@dataclass
class Callees:
    """All that the sagas' steps call."""

    payments: FakePayments = field(default_factory=FakePayments)
    projects: FakeProjects = field(default_factory=FakeProjects)
    users: FakeUsers = field(default_factory=FakeUsers)
    notifications: FakeNotifications = field(default_factory=FakeNotifications)

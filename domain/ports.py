"""The ports: what the sagas and the intake need from the services.

Every method raises Refused, Unavailable or ContractBroken (domain.errors). `key` names the calling step and is the same
on every attempt.
"""

from typing import Protocol

from domain.catalogue import ProjectsPage
from domain.messages import CloudEvent
from domain.offset import BuyerOffset, Reservation
from domain.payment import NextAction, Payment
from domain.purchase import Item, Order, Outcome


class Payments(Protocol):
    """The payments of purchases; only this service speaks to the payment provider."""

    async def create(self, order: Order, key: str) -> Payment:
        """Create the payment of an order; for a purchase that has ended its `outcome` is set."""

    async def retrieve(self, payment_id: str) -> Payment:
        """The payment as the provider has it now."""

    async def cancel(self, payment_id: str, key: str) -> Payment:
        """Cancel; refused `payment-paid` or `payment-processing`."""

    async def cancel_payment_of(self, purchase_id: str, key: str) -> Payment:
        """Cancel by purchase, known or not; a later create is refused."""

    async def capture(self, payment_id: str, key: str) -> Payment:
        """Capture what the order costs; refused `payment-not-capturable`, also where another amount was captured."""

    async def refund(self, payment_id: str, key: str) -> Payment:
        """Give back all that was captured and is not given back yet."""

    async def record_outcome(self, order: Order, outcome: Outcome, key: str) -> Payment:
        """Record how the purchase ended; the first record stays."""

    async def find(self, purchase_id: str) -> Payment | None:
        """The record of a purchase, without asking the provider."""

    async def find_by_reference(self, provider_reference: str) -> Payment | None:
        """The record of the payment with this provider's reference, without asking the provider."""

    async def list(self, buyer_id: str, limit: int, cursor: str | None) -> tuple[list[Payment], str | None]:
        """A page of a buyer's records, newest first, and the next page's cursor."""

    async def next_action(self, payment_id: str) -> NextAction:
        """What the buyer has to do to pay; never stored by us."""


class Projects(Protocol):
    """The stock of offset, its price, and what is held of it."""

    async def quote(self, order: Order) -> None:
        """Ask whether the order can be had now; refused as `reserve` would be, and nothing is held."""

    async def reserve(self, payment_id: str, order: Order, key: str) -> Reservation:
        """Hold all items or none.

        Refused `sold-out`, `price-changed`, `too-many-open`, `too-much-held`, `not-found` or `reservation-closed`.
        """

    async def commit(self, payment_id: str, key: str) -> Reservation:
        """Sell what is held; refused `not-found` or `reservation-closed`."""

    async def release(self, payment_id: str, key: str) -> Reservation:
        """Close the reservation in the caller's name; refused if another saga has won."""

    async def restock(self, payment_id: str, key: str) -> Reservation:
        """Put what was sold back on sale, after the money is back."""

    async def retrieve(self, payment_id: str) -> Reservation:
        """The reservation as it is; refused `not-found`."""

    async def catalogue(self, limit: int, cursor: str | None) -> ProjectsPage:
        """A page of the projects with price and free stock."""


class Users(Protocol):
    """The buyers and their offsets."""

    async def know(self, buyer_id: str) -> None:
        """Ask whether the buyer is known; refused `not-found`."""

    async def deliver(
        self, buyer_id: str, payment_id: str, purchase_id: str, items: tuple[Item, ...], key: str
    ) -> None:
        """Give the buyer the offset, once per payment."""

    async def revoke(self, buyer_id: str, payment_id: str, key: str) -> None:
        """Take the offset back; a later delivery for this payment is refused."""

    async def retrieve(self, buyer_id: str, payment_id: str) -> BuyerOffset:
        """The buyer's offset as it is, or the tombstone of its revocation; refused `not-found`."""


class Notifications(Protocol):
    """Where notifications are published."""

    async def publish(self, event: CloudEvent) -> None:
        """Hand the event over; done only when the broker has confirmed that it is stored and routed."""

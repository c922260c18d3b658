"""What the intake asks of the sagas, and what it learns of a purchase from them."""

from datetime import datetime
from typing import Protocol

from domain.messages import (
    CancelAnswer,
    PaymentFailedInput,
    PaymentSuccessInput,
    PurchaseView,
    RefundFailedInput,
    StartPaymentInput,
)
from domain.purchase import Answer, Frozen, Order, PurchaseStatus


class PurchaseSaga(Frozen):
    """A StartPayment as the server describes it, without its worker: what it was started with and where it stands."""

    order: Order
    status: PurchaseStatus
    payment_id: str | None
    created_at: datetime
    expires_at: datetime
    running: bool


class Sagas(Protocol):
    """The way to Temporal; every method raises Unavailable when it does not answer in time."""

    def check_room(self) -> None:
        """Raise Overloaded if an opening would be refused at once: before anything is asked for its sake."""

    def open_purchase(self, start: StartPaymentInput) -> Answer:
        """Open the purchase, or wait for its opening.

        Raises Refused with the purchase's refusal, and Overloaded where it could not end in time and has not begun.
        """

    def purchase(self, purchase_id: str) -> PurchaseSaga | None:
        """The saga of a purchase, or None if the server does not know it (any more)."""

    def view(self, purchase_id: str) -> PurchaseView | None:
        """What the saga itself tells, or None if no worker answers in time."""

    def cancel_purchase(self, purchase_id: str) -> CancelAnswer | None:
        """Cancel for the buyer, and wait for what comes of it; None if no saga runs (any more)."""

    def payment_succeeded(self, start: PaymentSuccessInput) -> bool:
        """Start PaymentSuccess; False if there is one already."""

    def payment_failed(self, start: PaymentFailedInput, cause: str) -> bool:
        """Start PaymentFailed for a failed charge or an event; False if there is one already."""

    def refund_failed(self, start: RefundFailedInput) -> bool:
        """Start RefundFailed; False if there is one already."""

    def check(self) -> None:
        """Raise Unavailable unless the server answers."""

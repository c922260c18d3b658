"""What the intake asks of the sagas, and what it learns of a purchase from them."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol

from domain.messages import (
    CancelAnswer,
    PaymentFailedInput,
    PaymentSuccessInput,
    PurchaseView,
    RefundFailedInput,
    StartPaymentInput,
)
from domain.purchase import Answer, Frozen, Order, PurchaseStatus

Hint = Callable[[], Coroutine[Any, Any, None]]


class Doubted(Exception):
    """The hints speak against an opening, or are away (`error`); nothing has begun by it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


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

    def open_purchase(self, start: StartPaymentInput, hints: Hint | None = None) -> Answer:
        """Open the purchase if the hints say nothing against it, or wait for its opening.

        Raises Doubted with what the hints have raised; Refused with the purchase's refusal; Overloaded where it could
        not end in time, and then not even the hints were asked for.
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

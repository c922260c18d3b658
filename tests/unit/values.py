"""One purchase and its payment, and a port that only records: what the unit tests are about."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from domain.keys import payment_id_of
from domain.payment import Payment, PaymentStatus
from domain.purchase import Item, Order, Outcome, PurchaseStatus

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ORDER = Order(
    purchase_id="p1",
    buyer_id="alice",
    items=(Item(project_id="mangrove", milestone_id="mangrove-2", quantity="1.500"),),
    amount=1800,
    currency="usd",
)
PAYMENT_ID = payment_id_of(ORDER.purchase_id)


def payment(order: Order = ORDER, **changes: Any) -> Payment:
    """A payable payment of an order, with whatever is to be different."""
    known: dict[str, Any] = {
        "payment_id": payment_id_of(order.purchase_id),
        "method": order.payment_method,
        "provider": "stripe",
        "provider_reference": "pi_1",
        "status": PaymentStatus.PAYABLE,
        "created_at": NOW,
    }
    return Payment(**order.model_dump(exclude={"payment_method"}) | known | changes)


def outcome(**changes: Any) -> Outcome:
    """The record of a paid purchase."""
    known: dict[str, Any] = {"status": PurchaseStatus.PAID, "fingerprint": "f1"}
    return Outcome(**known | changes)


class Recorder:
    """Any port: keeps the calls, and gives one answer to all of them or raises one error."""

    def __init__(self, answer: Any = None, error: Exception | None = None) -> None:
        self.answer = answer
        self.error = error
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Every public name is a method of the port."""
        if name.startswith("_"):
            raise AttributeError(name)

        async def method(*args: Any) -> Any:
            self.calls.append((name, *args))
            if self.error:
                raise self.error
            return self.answer

        return method

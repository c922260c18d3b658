"""What an entrance learns of a purchase from its saga, and how it is told that nothing has begun."""

from collections.abc import Callable, Coroutine
from typing import Any

from domain.messages import PurchaseView
from domain.purchase import Frozen

Hints = Callable[[], Coroutine[Any, Any, None]]


class HintedAgainst(Exception):
    """The hints speak against an opening, or are away (`error`); nothing has begun by it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class PurchaseSaga(Frozen):
    """A StartPayment and what is known of its purchase: by the saga itself, or by the server without its worker."""

    view: PurchaseView
    running: bool

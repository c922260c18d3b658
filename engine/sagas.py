"""What an entrance reads of a purchase's saga, and the error that says that nothing has begun."""

from collections.abc import Callable, Coroutine
from typing import Any

from domain.messages import PurchaseView
from domain.purchase import Frozen

Hints = Callable[[], Coroutine[Any, Any, None]]


class HintedAgainst(Exception):
    """The hints refuse an opening or do not answer (`error`); nothing has begun."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class PurchaseSaga(Frozen):
    """A StartPayment and the view of its purchase, from the saga itself or from the server's description."""

    view: PurchaseView
    running: bool

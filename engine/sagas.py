"""What an entrance asks before it opens a purchase, and what it reads of a purchase's saga."""

from collections.abc import Callable, Coroutine
from typing import Any

from domain.messages import PurchaseView
from domain.purchase import Frozen

# Raises Refused, Unavailable or ContractBroken where something speaks against an opening, or cannot be known.
Hints = Callable[[], Coroutine[Any, Any, None]]


class PurchaseSaga(Frozen):
    """A StartPayment and the view of its purchase, from the saga itself or from the server's description."""

    view: PurchaseView
    running: bool

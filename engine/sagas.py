"""What an entrance asks before it opens a purchase, and learns of one from its saga."""

from collections.abc import Callable, Coroutine
from typing import Any

from domain.messages import PurchaseView
from domain.purchase import Frozen

# Raises Refused, Unavailable or ContractBroken where something speaks against an opening, or cannot be known.
Hints = Callable[[], Coroutine[Any, Any, None]]


class PurchaseSaga(Frozen):
    """A StartPayment and what is known of its purchase: by the saga itself, or by the server without its worker."""

    view: PurchaseView
    running: bool

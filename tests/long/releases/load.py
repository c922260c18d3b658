"""Buyers who open and pay one purchase after the other while parts of the stack are restarted."""

import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from tests.integration.newcomers import newcomer
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop, item

BUYERS = 4
QUANTITY, AMOUNT = "0.100", 120
ASK_AGAIN_S = 0.1


@dataclass(frozen=True)
class Bought:
    """A purchase that a buyer has paid; `asked` how often he had to ask before it was open, and what it took."""

    purchase_id: str
    buyer: str
    asked: int
    seconds: float


class BuyingLoad:
    """Use it as a context manager: it buys while it lasts. `bought` tells what, once it is over."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._milestone = shop.milestones()["mangrove-2"]
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(BUYERS)
        self._buying: list[Future[list[Bought]]] = []
        self.count = 0

    def __enter__(self) -> Self:
        """Begin."""
        self._buying = [self._pool.submit(self._buy_on) for _ in range(BUYERS)]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Buy nothing more."""
        self._over.set()
        self._pool.shutdown()

    @property
    def bought(self) -> list[Bought]:
        """Every purchase; raises what has stopped a buyer."""
        return [purchase for buying in self._buying for purchase in buying.result()]

    def wait_for(self, more: int) -> None:
        """Wait until that many more purchases have ended."""
        wanted = self.count + more
        Shop.until(lambda: self.count, lambda count: count >= wanted, f"{more} purchases more", PATIENCE_S)

    def _buy_on(self) -> list[Bought]:
        bought = []
        while not self._over.is_set():
            bought.append(self._buy())
            self.count += 1
        return bought

    def _buy(self) -> Bought:
        began, buyer = time.monotonic(), newcomer()
        answer, asked = self._open(buyer)
        self._shop.pay(answer).raise_for_status()
        Shop.until(lambda: self._status(answer, buyer), lambda status: status == "paid", "the delivery", PATIENCE_S)
        return Bought(answer["purchase_id"], buyer, asked, time.monotonic() - began)

    def _open(self, buyer: str) -> tuple[dict[str, Any], int]:
        """Ask with one key until the purchase is open, as the API's description tells every client to."""
        key, asked, deadline = uuid.uuid4().hex, 0, time.monotonic() + PATIENCE_S
        while True:
            asked += 1
            try:
                response = self._shop.open([item(self._milestone, QUANTITY)], AMOUNT, key=key, buyer=buyer)
            except httpx.TransportError:
                response = None
            if response is not None and response.status_code == 201:
                return response.json(), asked
            assert response is None or response.status_code == 503, response.text
            assert time.monotonic() < deadline, "the intake does not come back"
            time.sleep(ASK_AGAIN_S)

    def _status(self, answer: dict[str, Any], buyer: str) -> str:
        try:
            return str(self._shop.purchase(answer["purchase_id"], buyer)["status"])
        except (httpx.TransportError, httpx.HTTPStatusError):
            return "not told"

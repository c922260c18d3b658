"""Payments over HTTP."""

from typing import Any
from urllib.parse import quote

import httpx

from clients.http import Service, parse
from domain.purchase import Frozen, Order, Outcome, Payment

REFUSALS = frozenset(
    {
        "not-found",
        "payment-paid",
        "payment-processing",
        "payment-canceled",
        "payment-mismatch",
        "payment-not-capturable",
        "payment-not-refundable",
    }
)


class PaymentsPage(Frozen):
    """A page of payments."""

    items: tuple[Payment, ...]
    next_cursor: str | None


class ClientSecret(Frozen):
    """What lets a browser pay."""

    client_secret: str


class HttpPayments:
    """The port `domain.ports.Payments`."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._service = Service(http, base_url, token, REFUSALS)
        # A list is asked with a client's own cursor: that one may be refused.
        self._lists = Service(http, base_url, token, {"invalid-request"})

    async def create(self, order: Order, key: str) -> Payment:
        """POST /payments."""
        return parse(Payment, await self._service.call("POST", "/payments", key=key, body=_order(order)))

    async def look(self, payment_id: str) -> Payment:
        """GET /payments/{payment_id}."""
        return parse(Payment, await self._service.call("GET", f"/payments/{quote(payment_id, safe='')}"))

    async def cancel(self, payment_id: str, key: str) -> Payment:
        """POST /payments/{payment_id}/cancel."""
        return await self._act(payment_id, "cancel", key)

    async def cancel_purchase(self, purchase_id: str, key: str) -> Payment:
        """POST /purchases/{purchase_id}/cancel."""
        content = await self._service.call("POST", f"/purchases/{quote(purchase_id, safe='')}/cancel", key=key)
        return parse(Payment, content)

    async def capture(self, payment_id: str, key: str) -> Payment:
        """POST /payments/{payment_id}/capture."""
        return await self._act(payment_id, "capture", key)

    async def refund(self, payment_id: str, key: str) -> Payment:
        """POST /payments/{payment_id}/refund."""
        return await self._act(payment_id, "refund", key)

    async def record_outcome(self, order: Order, outcome: Outcome, key: str) -> Payment:
        """PUT /purchases/{purchase_id}/outcome."""
        body = _order(order) | outcome.model_dump(mode="json")
        path = f"/purchases/{quote(body.pop('purchase_id'), safe='')}/outcome"
        return parse(Payment, await self._service.call("PUT", path, key=key, body=body))

    async def find(self, purchase_id: str) -> Payment | None:
        """GET /payments?purchase_id=."""
        content = await self._service.call("GET", "/payments", params={"purchase_id": purchase_id})
        found = parse(PaymentsPage, content).items
        return found[0] if found else None

    async def list(self, buyer_id: str, limit: int, cursor: str | None) -> tuple[list[Payment], str | None]:
        """GET /payments?buyer_id=."""
        params: dict[str, str | int] = {"buyer_id": buyer_id, "limit": limit}
        if cursor:
            params["cursor"] = cursor
        page = parse(PaymentsPage, await self._lists.call("GET", "/payments", params=params))
        return list(page.items), page.next_cursor

    async def client_secret(self, payment_id: str) -> str:
        """GET /payments/{payment_id}/client-secret."""
        content = await self._service.call("GET", f"/payments/{quote(payment_id, safe='')}/client-secret")
        return parse(ClientSecret, content).client_secret

    async def _act(self, payment_id: str, action: str, key: str) -> Payment:
        content = await self._service.call("POST", f"/payments/{quote(payment_id, safe='')}/{action}", key=key)
        return parse(Payment, content)


def _order(order: Order) -> dict[str, Any]:
    return order.model_dump(mode="json")

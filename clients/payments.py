"""Payments over HTTP."""

from typing import Any
from urllib.parse import quote

import httpx

from clients.http import Service, parse
from domain.errors import ContractBroken, RefusalKind
from domain.keys import payment_id_of
from domain.payment import NextAction, Payment
from domain.purchase import Frozen, Order, Outcome

REFUSALS = frozenset(
    {
        RefusalKind.NOT_FOUND,
        RefusalKind.PAYMENT_PAID,
        RefusalKind.PAYMENT_PROCESSING,
        RefusalKind.PAYMENT_CANCELED,
        RefusalKind.PAYMENT_MISMATCH,
        RefusalKind.PAYMENT_NOT_CAPTURABLE,
        RefusalKind.PAYMENT_NOT_REFUNDABLE,
    }
)


class PaymentsPage(Frozen):
    """A page of payments."""

    items: tuple[Payment, ...]
    next_cursor: str | None


class EntriesPage(Frozen):
    """A page of payments as raw JSON."""

    items: tuple[dict[str, Any], ...]


class HttpPayments:
    """The port `domain.ports.Payments`."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._service = Service(http, base_url, token, REFUSALS)
        # A list's parameters may come from buyers and operators, and so may be refused.
        self._lists = Service(http, base_url, token, {RefusalKind.INVALID_REQUEST})

    async def create(self, order: Order, key: str) -> Payment:
        """POST /payments."""
        content = await self._service.call("POST", "/payments", key=key, body=_order(order))
        return self._of(payment_id_of(order.purchase_id), content)

    async def retrieve(self, payment_id: str) -> Payment:
        """GET /payments/{payment_id}."""
        return self._of(payment_id, await self.entry(payment_id))

    async def entry(self, payment_id: str) -> dict[str, Any]:
        """GET /payments/{payment_id}: all that Payments tells, for people; refused `not-found`."""
        return await self._service.call("GET", f"/payments/{quote(payment_id, safe='')}")

    async def recorded_entry(self, purchase_id: str) -> dict[str, Any] | None:
        """GET /payments?purchase_id=: all that is recorded, for people; refused `invalid-request`."""
        content = await self._lists.call("GET", "/payments", params={"purchase_id": purchase_id})
        found = parse(EntriesPage, content).items
        return found[0] if found else None

    async def cancel(self, payment_id: str, key: str) -> Payment:
        """POST /payments/{payment_id}/cancel."""
        return await self._act(payment_id, "cancel", key)

    async def cancel_payment_of(self, purchase_id: str, key: str) -> Payment:
        """POST /purchases/{purchase_id}/cancel."""
        content = await self._service.call("POST", f"/purchases/{quote(purchase_id, safe='')}/cancel", key=key)
        return self._of(payment_id_of(purchase_id), content)

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
        content = await self._service.call("PUT", path, key=key, body=body)
        return self._of(payment_id_of(order.purchase_id), content)

    async def find(self, purchase_id: str) -> Payment | None:
        """GET /payments?purchase_id=."""
        return await self._first(purchase_id=purchase_id)

    async def find_by_reference(self, provider_reference: str) -> Payment | None:
        """GET /payments?provider_reference=."""
        return await self._first(provider_reference=provider_reference)

    async def list(self, buyer_id: str, limit: int, cursor: str | None) -> tuple[list[Payment], str | None]:
        """GET /payments?buyer_id=."""
        params: dict[str, str | int] = {"buyer_id": buyer_id, "limit": limit}
        if cursor:
            params["cursor"] = cursor
        page = parse(PaymentsPage, await self._lists.call("GET", "/payments", params=params))
        return list(page.items), page.next_cursor

    async def next_action(self, payment_id: str) -> NextAction:
        """GET /payments/{payment_id}/next-action."""
        content = await self._service.call("GET", f"/payments/{quote(payment_id, safe='')}/next-action")
        return parse(NextAction, content)

    async def _act(self, payment_id: str, action: str, key: str) -> Payment:
        content = await self._service.call("POST", f"/payments/{quote(payment_id, safe='')}/{action}", key=key)
        return self._of(payment_id, content)

    async def _first(self, **wanted: str) -> Payment | None:
        found = parse(PaymentsPage, await self._service.call("GET", "/payments", params=wanted)).items
        return found[0] if found else None

    @staticmethod
    def _of(payment_id: str, content: dict[str, Any]) -> Payment:
        """The payment that was asked for: an answer about another one breaks the contract."""
        payment = parse(Payment, content)
        if payment.payment_id != payment_id:
            raise ContractBroken(f"Payments answers payment {payment.payment_id} instead of {payment_id}")
        return payment


def _order(order: Order) -> dict[str, Any]:
    content = order.model_dump(mode="json")
    return content | {"method": content.pop("payment_method")}

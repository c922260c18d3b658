"""Projects over HTTP."""

from typing import Any
from urllib.parse import quote

import httpx

from clients.http import Service, parse
from domain.catalogue import ProjectsPage
from domain.errors import RefusalKind
from domain.offset import Reservation, ReservationStatus
from domain.purchase import Order

REFUSALS = frozenset(
    {
        RefusalKind.SOLD_OUT,
        RefusalKind.PRICE_CHANGED,
        RefusalKind.TOO_MANY_OPEN,
        RefusalKind.TOO_MUCH_HELD,
        RefusalKind.NOT_FOUND,
        RefusalKind.INVALID_REQUEST,
        RefusalKind.RESERVATION_CLOSED,
        RefusalKind.RESERVATION_COMMITTED,
        RefusalKind.RESERVATION_MISMATCH,
    }
)


class HttpProjects:
    """The port `domain.ports.Projects`."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._service = Service(http, base_url, token, REFUSALS)

    async def quote(self, order: Order) -> None:
        """POST /quotes."""
        await self._service.call("POST", "/quotes", body=_order(order))

    async def reserve(self, payment_id: str, order: Order, key: str) -> Reservation:
        """POST /reservations."""
        body = _order(order) | {"payment_id": payment_id}
        return parse(Reservation, await self._service.call("POST", "/reservations", key=key, body=body))

    async def commit(self, payment_id: str, key: str) -> Reservation:
        """PATCH /reservations/{payment_id} to committed."""
        return await self._change("PATCH", payment_id, key, {"status": ReservationStatus.COMMITTED})

    async def release(self, payment_id: str, key: str) -> Reservation:
        """DELETE /reservations/{payment_id}."""
        return await self._change("DELETE", payment_id, key)

    async def restock(self, payment_id: str, key: str) -> Reservation:
        """PATCH /reservations/{payment_id} to returned."""
        return await self._change("PATCH", payment_id, key, {"status": ReservationStatus.RETURNED})

    async def retrieve(self, payment_id: str) -> Reservation:
        """GET /reservations/{payment_id}."""
        return parse(Reservation, await self.entry(payment_id))

    async def entry(self, payment_id: str) -> dict[str, Any]:
        """GET /reservations/{payment_id}: all that Projects tells, for people."""
        return await self._service.call("GET", _path(payment_id))

    async def catalogue(self, limit: int, cursor: str | None) -> ProjectsPage:
        """GET /projects."""
        params: dict[str, str | int] = {"limit": limit}
        if cursor:
            params["cursor"] = cursor
        return parse(ProjectsPage, await self._service.call("GET", "/projects", params=params))

    async def _change(self, method: str, payment_id: str, key: str, body: dict[str, str] | None = None) -> Reservation:
        return parse(Reservation, await self._service.call(method, _path(payment_id), key=key, body=body))


def _order(order: Order) -> dict[str, Any]:
    return order.model_dump(mode="json", include={"items", "amount", "currency", "buyer_id"})


def _path(payment_id: str) -> str:
    return f"/reservations/{quote(payment_id, safe='')}"

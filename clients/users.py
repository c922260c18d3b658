"""Users over HTTP."""

from typing import Any
from urllib.parse import quote

import httpx

from clients.http import Service, parse
from domain.errors import RefusalKind
from domain.offset import BuyerOffset
from domain.purchase import Item

REFUSALS = frozenset({RefusalKind.NOT_FOUND, RefusalKind.OFFSET_REVOKED})


class HttpUsers:
    """The port `domain.ports.Users`."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._service = Service(http, base_url, token, REFUSALS)

    async def know(self, buyer_id: str) -> None:
        """GET /users/{user_id}."""
        await self._service.call("GET", f"/users/{quote(buyer_id, safe='')}")

    async def deliver(
        self, buyer_id: str, payment_id: str, purchase_id: str, items: tuple[Item, ...], key: str
    ) -> None:
        """POST /users/{user_id}/offsets."""
        body = {
            "payment_id": payment_id,
            "purchase_id": purchase_id,
            "items": [item.model_dump() for item in items],
        }
        await self._service.call("POST", f"/users/{quote(buyer_id, safe='')}/offsets", key=key, body=body)

    async def revoke(self, buyer_id: str, payment_id: str, key: str) -> None:
        """DELETE /users/{user_id}/offsets/{payment_id}."""
        await self._service.call("DELETE", _path(buyer_id, payment_id), key=key)

    async def retrieve(self, buyer_id: str, payment_id: str) -> BuyerOffset:
        """GET /users/{user_id}/offsets/{payment_id}."""
        return parse(BuyerOffset, await self.entry(buyer_id, payment_id))

    async def entry(self, buyer_id: str, payment_id: str) -> dict[str, Any]:
        """GET /users/{user_id}/offsets/{payment_id}: all that Users tells, for people."""
        return await self._service.call("GET", _path(buyer_id, payment_id))


def _path(buyer_id: str, payment_id: str) -> str:
    return f"/users/{quote(buyer_id, safe='')}/offsets/{quote(payment_id, safe='')}"

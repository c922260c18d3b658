"""The services' stores over HTTP."""

from collections.abc import Mapping
from urllib.parse import quote

import httpx

from clients.http import Service

# What the routes are documented to refuse.
REFUSALS = frozenset({"purchases-open"})
# The largest page of the lists.
PAGE = 100


class HttpStores:
    """The port `Stores`; `urls` by service."""

    def __init__(self, http: httpx.AsyncClient, urls: Mapping[str, str], token: str) -> None:
        self._services = {name: Service(http, url, token, REFUSALS) for name, url in urls.items()}

    async def begin(self, buyer_id: str) -> tuple[str, int]:
        """POST /buyers/{buyer_id}/erasure at Payments."""
        begun = await self._services["payments"].call("POST", _path(buyer_id), key=_key(buyer_id))
        return str(begun["erased_as"]), int(begun["renamed"])

    async def follow(self, service: str, buyer_id: str, erased_as: str) -> int:
        """POST /buyers/{buyer_id}/erasure at another service."""
        body = {"erased_as": erased_as}
        followed = await self._services[service].call("POST", _path(buyer_id), key=_key(buyer_id), body=body)
        return int(followed["renamed"])

    async def payments(self, buyer_id: str) -> list[str]:
        """GET /payments, page by page."""
        found: list[str] = []
        params: dict[str, str | int] = {"buyer_id": buyer_id, "limit": PAGE}
        while True:
            page = await self._services["payments"].call("GET", "/payments", params=params)
            found += [row["payment_id"] for row in page["items"] if row["payment_id"]]
            if page["next_cursor"] is None:
                return found
            params["cursor"] = page["next_cursor"]

    async def finish(self, buyer_id: str) -> None:
        """DELETE /buyers/{buyer_id}/erasure at Payments."""
        await self._services["payments"].call("DELETE", _path(buyer_id), key=_key(buyer_id))


def _path(buyer_id: str) -> str:
    return f"/buyers/{quote(buyer_id, safe='')}/erasure"


def _key(buyer_id: str) -> str:
    return f"flask buyer erase {buyer_id}"

"""The services' route `/buyers/{buyer_id}/erasure`: each of them forgets a buyer in its own store."""

from collections.abc import Mapping
from urllib.parse import quote

import httpx

from clients.http import Service, parse
from clients.payments import HttpPayments
from domain.errors import RefusalKind
from domain.purchase import Frozen

# The largest page of the lists.
PAGE = 100


class Renamed(Frozen):
    """How many rows of a store bear the new name."""

    renamed: int


class Begun(Renamed):
    """The same at Payments, which makes the name up."""

    erased_as: str


class HttpErasures:
    """The port `operators.erasing.erase.Stores`; `urls` by service."""

    def __init__(self, http: httpx.AsyncClient, urls: Mapping[str, str], token: str) -> None:
        self._services = {name: Service(http, url, token, {RefusalKind.PURCHASES_OPEN}) for name, url in urls.items()}
        self._payments = HttpPayments(http, urls["payments"], token)

    async def begin(self, buyer_id: str) -> tuple[str, int]:
        """POST at Payments."""
        begun = parse(Begun, await self._services["payments"].call("POST", _path(buyer_id), key=_key(buyer_id)))
        return begun.erased_as, begun.renamed

    async def follow(self, service: str, buyer_id: str, erased_as: str) -> int:
        """POST at another service."""
        body = {"erased_as": erased_as}
        content = await self._services[service].call("POST", _path(buyer_id), key=_key(buyer_id), body=body)
        return parse(Renamed, content).renamed

    async def payments(self, buyer_id: str) -> list[str]:
        """Payments' list, page by page."""
        found, cursor = await self._payments.list(buyer_id, PAGE, None)
        while cursor:
            more, cursor = await self._payments.list(buyer_id, PAGE, cursor)
            found += more
        return [payment.payment_id for payment in found]

    async def finish(self, buyer_id: str) -> None:
        """DELETE at Payments."""
        await self._services["payments"].call("DELETE", _path(buyer_id), key=_key(buyer_id))


def _path(buyer_id: str) -> str:
    return f"/buyers/{quote(buyer_id, safe='')}/erasure"


def _key(buyer_id: str) -> str:
    return f"flask buyer erase {buyer_id}"

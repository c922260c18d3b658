"""The Notifier over HTTP: the notifications of a purchase."""

from typing import Any

import httpx

from clients.http import Service
from domain.errors import RefusalKind


class HttpNotifier:
    """The notifications as the Notifier has received them."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._service = Service(http, base_url, token, {RefusalKind.INVALID_REQUEST})

    async def entry(self, purchase_id: str) -> dict[str, Any]:
        """GET /notifications?purchase_id=: the whole answer, for people; refused `invalid-request`."""
        return await self._service.call("GET", "/notifications", params={"purchase_id": purchase_id})

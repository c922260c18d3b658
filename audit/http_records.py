"""The services' records over HTTP: all of them in pages, or one by one for a purchase that is read again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, TypeVar

import httpx

from audit.rules.records import NoticeEntry, OffsetEntry, PaymentEntry, ReservationEntry
from clients.http import Service, parse
from domain.catalogue import Project
from domain.errors import ContractBroken, RefusalKind, Refused, Unavailable
from domain.purchase import Frozen

# The services' largest page.
PAGE = 100
# 16 payments retrieved at once: as many as Payments answers without a queue, and a quarter of what Stripe takes from
# a live account in a second.
RETRIEVALS_MAX = 16
# Seconds between tries of one reading, 15 in all: a service that is being started again is back by then.
TRY_AGAIN_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)

M = TypeVar("M", bound=Frozen)


class Page(Frozen):
    """A page of any list."""

    items: tuple[dict[str, Any], ...]
    next_cursor: str | None


class HttpRecords:
    """The records of the four services; every method raises Unavailable or ContractBroken."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        urls: Mapping[str, str],
        token: str,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause = pause
        self._services = {name: Service(http, url, token, {RefusalKind.NOT_FOUND}) for name, url in urls.items()}
        self._retrievals = asyncio.Semaphore(RETRIEVALS_MAX)

    # ---- the whole --------------------------------------------------------------------------------------------------

    async def payments(self) -> list[PaymentEntry]:
        """Every purchase's record, without asking the provider."""
        return [parse(PaymentEntry, row) async for row in self._pages("payments", "/payments")]

    async def catalogue(self) -> list[Project]:
        """Every project with its stock."""
        return [parse(Project, row) async for row in self._pages("projects", "/projects")]

    async def reservations(self) -> dict[str, ReservationEntry]:
        """Every row by its payment."""
        rows = [parse(ReservationEntry, row) async for row in self._pages("projects", "/reservations")]
        return {row.payment_id: row for row in rows}

    async def offsets(self) -> dict[str, OffsetEntry]:
        """Every buyer's offset by its payment."""
        rows = [parse(OffsetEntry, row) async for row in self._pages("users", "/offsets")]
        return {row.payment_id: row for row in rows}

    async def notices(self, purchase_id: str | None = None) -> list[NoticeEntry]:
        """Every notification, or those of one purchase, in the order of their arrival."""
        params = {"purchase_id": purchase_id} if purchase_id else {}
        return [parse(NoticeEntry, row) async for row in self._pages("notifier", "/notifications", **params)]

    # ---- one by one -------------------------------------------------------------------------------------------------

    async def retrieve(self, payment_id: str) -> PaymentEntry | None:
        """The payment as the provider shows it now."""
        async with self._retrievals:
            return await self._one(PaymentEntry, "payments", f"/payments/{payment_id}")

    async def payment_of(self, purchase_id: str) -> PaymentEntry | None:
        """The purchase's payment as the provider shows it now; a tombstone as it is recorded."""
        rows = self._pages("payments", "/payments", purchase_id=purchase_id)
        recorded = [parse(PaymentEntry, row) async for row in rows]
        if not recorded or recorded[0].payment_id is None:
            return recorded[0] if recorded else None
        return await self.retrieve(recorded[0].payment_id)

    async def reservation(self, payment_id: str) -> ReservationEntry | None:
        """The row of a payment."""
        return await self._one(ReservationEntry, "projects", f"/reservations/{payment_id}")

    async def offset(self, user_id: str, payment_id: str) -> OffsetEntry | None:
        """The buyer's offset of a payment; a revoked one is none."""
        try:
            row = await self._get("users", f"/users/{user_id}/offsets/{payment_id}", {})
        except Refused:
            return None
        return parse(OffsetEntry, row | {"user_id": user_id}) if row["status"] == "delivered" else None

    async def _one(self, model: type[M], service: str, path: str) -> M | None:
        try:
            return parse(model, await self._get(service, path, {}))
        except Refused:
            return None

    async def _pages(self, service: str, path: str, **filters: str) -> AsyncIterator[dict[str, Any]]:
        params: dict[str, str | int] = {"limit": PAGE, **filters}
        while True:
            page = parse(Page, await self._get(service, path, params))
            for row in page.items:
                yield row
            if page.next_cursor is None:
                return
            params["cursor"] = page.next_cursor

    async def _get(self, service: str, path: str, params: dict[str, str | int]) -> dict[str, Any]:
        name = service.capitalize()
        try:
            return await self._patiently(service, path, params)
        except Unavailable as error:
            raise Unavailable(f"{name} does not answer: {error}") from error
        except ContractBroken as error:
            raise ContractBroken(f"{name} answers what its contract does not know: {error}") from error

    async def _patiently(self, service: str, path: str, params: dict[str, str | int]) -> dict[str, Any]:
        for wait_s in TRY_AGAIN_S:
            try:
                return await self._services[service].call("GET", path, params=params)
            except Unavailable as error:
                await self._pause(error.retry_after_s or wait_s)
        return await self._services[service].call("GET", path, params=params)

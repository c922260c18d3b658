"""The four services and Temporal in memory, as the audit reads them; a test changes them between its looks."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from audit.http_records import HttpRecords
from audit.rules.records import SagaRecord
from domain.messages import purchase_workflow_id
from tests.unit.audit.entries import Entries, Json

TOKEN = "a-service-token"
URLS = {name: f"http://{name}.test" for name in ("payments", "projects", "users", "notifier")}
# Small pages, so that a handful of rows already has several.
PAGE = 2


class Services:
    """Every record's rows; `happen` are what goes on in the world before each pause of the audit."""

    def __init__(self, *ledgers: Entries) -> None:
        self.payments: list[Json] = [each.payment for each in ledgers if each.payment]
        self.reservations: list[Json] = [each.reservation for each in ledgers if each.reservation]
        self.offsets: list[Json] = [each.offset for each in ledgers if each.offset]
        self.notices: list[Json] = [row for each in ledgers for row in each.notices]
        self.sagas_known: list[SagaRecord] = [saga for each in ledgers for saga in each.sagas]
        self.stock: Json = {"total": "100.000", "sold": "0.000", "held": "0.000", "free": "100.000"}
        self.provider: dict[str, Json] = {}
        self.reasons: dict[str, str] = {}
        self.happen: list[Callable[[], None]] = []
        self.asked: list[str] = []
        self.before: Callable[[str], httpx.Response | None] = lambda _: None

    # ---- what the audit is given ------------------------------------------------------------------------------------

    def records(self) -> HttpRecords:
        """The audit's reader, on these services."""
        return HttpRecords(httpx.AsyncClient(transport=httpx.MockTransport(self._answer)), URLS, TOKEN, self.pause)

    async def pause(self, seconds: float) -> None:
        """Time passes, and the next thing happens."""
        assert seconds > 0
        if self.happen:
            self.happen.pop(0)()

    async def sagas(self) -> list[SagaRecord]:
        """Every saga."""
        return list(self.sagas_known)

    async def sagas_of(self, purchase_id: str | None, payment_id: str | None) -> tuple[SagaRecord, ...]:
        """One purchase's sagas."""
        own = purchase_workflow_id(purchase_id or "")
        return tuple(saga for saga in self.sagas_known if saga.workflow_id == own or saga.payment_id == payment_id)

    async def reason(self, workflow_id: str) -> str | None:
        """Why it is parked."""
        return self.reasons.get(workflow_id)

    # ---- HTTP -------------------------------------------------------------------------------------------------------

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(f"{request.url.host.removesuffix('.test')} {path}")
        if disturbed := self.before(path):
            return disturbed
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            return httpx.Response(401, json={})
        lists: dict[str, list[Json]] = {
            "/payments": self.payments,
            "/projects": [{"project_id": "mangrove", "name": "M", "milestones": [self._milestone()]}],
            "/reservations": self.reservations,
            "/offsets": self.offsets,
            "/notifications": [row | {"purchase_id": row["data"]["purchase_id"]} for row in self.notices],
        }
        if path in lists:
            return self._page(lists[path], dict(request.url.params))
        found = self._find(path)
        if found is None:
            return httpx.Response(404, json={"type": "https://example/problems/not-found", "status": 404})
        return httpx.Response(200, json=found)

    def _find(self, path: str) -> Json | None:
        kind, name, *rest = path.removeprefix("/").split("/")
        if kind == "users":
            owned = [row for row in self.offsets if (row["user_id"], row["payment_id"]) == (name, rest[1])]
            return owned[0] | {"status": "delivered"} if owned else None
        rows = self.payments if kind == "payments" else self.reservations
        found = next((row for row in rows if row["payment_id"] == name), None)
        return found | self.provider.get(name, {}) if found else None

    def _milestone(self) -> Json:
        return {"milestone_id": "mangrove-2", "name": "M", "unit_amount": 1200, "currency": "usd", **self.stock}

    def _page(self, rows: list[Json], query: dict[str, Any]) -> httpx.Response:
        assert query.pop("limit") == "100"
        start = int(query.pop("cursor", 0))
        for name, value in query.items():
            rows = [row for row in rows if row[name] == value]
        cursor = str(start + PAGE) if len(rows) > start + PAGE else None
        return httpx.Response(200, content=json.dumps({"items": rows[start : start + PAGE], "next_cursor": cursor}))

"""Reads the books after a run, at rest, and holds them against each other and against what the buyers have seen."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx
from temporalio.client import Client

import audit
from chaos.journal import Journal
from chaos.seen import Seen
from chaos.verdict import Fate, Finding, broken_promises

SERVICES = ("payments", "projects", "users", "notifier")
# A payment in one of these is the buyer's money, taken or held.
MONEY = frozenset({"succeeded", "requires_capture"})
PAGE = 100
# 15 s: longer than any answer of a stack at rest, so that a hang is seen as one.
ANSWER_TIMEOUT_S = 15.0


async def judge(
    stack: Mapping[str, Any], temporal: Client, everyone: Sequence[Seen], journal: Journal
) -> list[Finding]:
    """All that is wrong."""
    urls = {name: stack["processes"][name]["url"] for name in SERVICES}
    places = audit.Places(**urls, service_token=stack["service_token"])
    report = await audit.audit(places, temporal, tell=journal.say)
    for line in report.lines():
        journal.say(line)
    ends = {payment["purchase_id"]: (payment["outcome"] or {}).get("status") async for payment in _payments(stack)}
    return [*_off(report), *broken_promises(everyone, ends), *await _charged_twice(stack["stripe"])]


def _off(report: audit.Report) -> list[Finding]:
    """What the audit has found; nobody has acted by hand here, and nothing moves any more, so all of it counts."""
    moving = [Finding(Fate.LOST, purchase, "still moves, though nothing runs") for purchase in report.in_flight]
    return [*(_finding(found) for found in report.findings), *moving]


def _finding(found: audit.Finding) -> Finding:
    fate = Fate.DOUBLED if found.rule is audit.Rule.TOLD_TWICE else Fate.LOST
    if found.weight is audit.Weight.PARKED:
        fate = Fate.PARKED
    return Finding(fate, found.purchase_id or found.payment_id or "stock", f"{found.side}: {found.says}")


async def _charged_twice(stripe: Mapping[str, Any]) -> list[Finding]:
    """By the provider's own books, for Payments knows one payment of a purchase only."""
    charged = Counter(
        [intent["metadata"].get("purchase_id") async for intent in _intents(stripe) if intent["status"] in MONEY]
    )
    return [
        Finding(Fate.DOUBLED, str(purchase_id), f"the provider has {count} payments of it")
        for purchase_id, count in charged.items()
        if count > 1
    ]


async def _intents(stripe: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    params: dict[str, str | int] = {"limit": PAGE}
    async with _reader(stripe["api_base"], stripe["secret_key"]) as http:
        while True:
            page = (await http.get("/v1/payment_intents", params=params)).raise_for_status().json()
            for intent in page["data"]:
                yield intent
            if not page["has_more"]:
                return
            params["starting_after"] = page["data"][-1]["id"]


async def _payments(stack: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    params: dict[str, str | int] = {"limit": PAGE}
    async with _reader(stack["processes"]["payments"]["url"], stack["service_token"]) as http:
        while True:
            page = (await http.get("/payments", params=params)).raise_for_status().json()
            for payment in page["items"]:
                yield payment
            if page["next_cursor"] is None:
                return
            params["cursor"] = page["next_cursor"]


def _reader(base_url: str, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=ANSWER_TIMEOUT_S)

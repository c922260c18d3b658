"""Reads the records after a run, at rest, and holds them against each other and against what the buyers have seen."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx

from audit.report import Report
from audit.rules.findings import Finding as AuditFinding
from audit.rules.findings import Rule, Weight
from tools.chaos.journal import Journal
from tools.chaos.seen import Seen
from tools.chaos.verdict import Fate, Flaw, broken_promises
from tools.devstack.audit import audit_stack
from tools.devstack.shop import Shop

# A payment in one of these is the buyer's money, taken or held.
MONEY = frozenset({"succeeded", "requires_capture"})
PAGE = 100
# 15 s: longer than any answer of a stack at rest, so that a hang is seen as one.
ANSWER_TIMEOUT_S = 15.0


async def judge(stack: Mapping[str, Any], everyone: Sequence[Seen], journal: Journal) -> list[Flaw]:
    """All that is wrong."""
    report = await audit_stack(stack, tell=journal.say)
    for line in report.lines():
        journal.say(line)
    with Shop(stack) as shop:
        payments = shop.pages("payments", "/payments")
        ends = {payment["purchase_id"]: (payment["outcome"] or {}).get("status") for payment in payments}
    return [*_off(report), *broken_promises(everyone, ends), *await _charged_twice(stack["stripe"])]


def _off(report: Report) -> list[Flaw]:
    """What the audit has found; nobody has acted by hand here, and nothing moves any more, so all of it counts."""
    moving = [Flaw(Fate.LOST, purchase, "still moves, though nothing runs") for purchase in report.in_flight]
    return [*(_finding(found) for found in report.findings), *moving]


def _finding(found: AuditFinding) -> Flaw:
    fate = Fate.DOUBLED if found.rule is Rule.NOTIFIED_TWICE else Fate.LOST
    if found.weight is Weight.PARKED:
        fate = Fate.PARKED
    return Flaw(fate, found.purchase_id or found.payment_id or "stock", f"{found.side}: {found.says}")


async def _charged_twice(stripe: Mapping[str, Any]) -> list[Flaw]:
    """By the provider's own records, for Payments knows one payment of a purchase only."""
    charged = Counter(
        [intent["metadata"].get("purchase_id") async for intent in _intents(stripe) if intent["status"] in MONEY]
    )
    return [
        Flaw(Fate.DOUBLED, str(purchase_id), f"the provider has {count} payments of it")
        for purchase_id, count in charged.items()
        if count > 1
    ]


async def _intents(stripe: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    params: dict[str, str | int] = {"limit": PAGE}
    headers = {"Authorization": f"Bearer {stripe['secret_key']}"}
    async with httpx.AsyncClient(base_url=stripe["api_base"], headers=headers, timeout=ANSWER_TIMEOUT_S) as http:
        while True:
            page = (await http.get("/v1/payment_intents", params=params)).raise_for_status().json()
            for intent in page["data"]:
                yield intent
            if not page["has_more"]:
                return
            params["starting_after"] = page["data"][-1]["id"]

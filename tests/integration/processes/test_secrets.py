"""No secret and nothing about a person comes to light: every route is asked, and then all that is kept is searched."""

import asyncio
import re
from collections.abc import Iterable
from typing import Any

import httpx
from temporalio.client import Client

from app import create_app
from tests.integration.intake.conftest import Basket, deliver, event_of
from tests.integration.processes.conftest import SECRETS, bearer
from tests.integration.processes.probes import CARD, NAME, NEEDLES, PERSON, Probe, probes
from tests.integration.processes.test_several import url
from tools.devstack.description import token
from tools.devstack.patience import PATIENCE_S
from tools.devstack.plan import TOKENS
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

BUYER = "load-6"
ADDRESS = "203.0.113.77"


def test_nothing_that_must_stay_secret_is_kept_or_told(
    several: Stack, client: Shop, basket: Basket, api_key: tuple[str, str]
) -> None:
    """Neither refusals nor logs nor /metrics nor Temporal's histories, memos and search attributes have a needle."""
    order = {"items": basket[0], "amount": basket[1], "currency": "usd"}
    good = bearer(BUYER)["Authorization"].removeprefix("Bearer ")
    paid, open_one = (_opened(several, order, key) for key in ("paid", "canceled"))
    asked = probes(good, api_key[0], _forged(), order, open_one["purchase_id"])
    assert asked.keys() == _routes()
    answers = [_ask(several, each) for probes_of_route in asked.values() for each in probes_of_route]
    client.pay(paid).raise_for_status()
    assert deliver(client, _personal(event_of(paid))).status_code == 200
    Shop.until(lambda: _status(several, paid), "paid".__eq__, "the purchase to settle", 30)

    secrets = {
        *SECRETS.values(),
        *TOKENS.values(),
        *SECRETS["STRIPE_WEBHOOK_SECRETS"].split(","),
        good,
        _forged(),
        api_key[0],
    }
    secrets |= {paid["next_action"]["client_secret"], open_one["next_action"]["client_secret"], *NEEDLES, ADDRESS}
    refusals = [answer.content for answer in answers if answer.status_code >= 400]
    logs = [path.read_bytes() for path in (several.data / "logs").iterdir()]
    metrics = httpx.get(url(several, "/metrics"), timeout=PATIENCE_S).content
    temporal = asyncio.run(_everything_in_temporal(several))
    # Were these not there, the search would have looked in the wrong place.
    assert any(b"/purchases" in log for log in logs)
    assert b"intake_purchases_total" in metrics
    assert any(paid["purchase_id"].encode() in part for part in temporal)
    for place, parts in {"refusals": refusals, "logs": logs, "metrics": [metrics], "temporal": temporal}.items():
        assert _found(secrets, parts) == set(), place


def _routes() -> set[str]:
    """Every route of the intake as the probes name it: the variable parts without their types."""
    rules = create_app().url_map.iter_rules()
    named = ((rule.methods or set(), re.sub(r"<(?:.*:)?(\w+)>", r"<\1>", rule.rule)) for rule in rules)
    return {f"{method} {rule}" for methods, rule in named for method in methods - {"HEAD", "OPTIONS"}}


def _forged() -> str:
    """A token of the buyer's that somebody else has signed."""
    claims = {"JWT_ISSUER": "buy-projects", "JWT_AUDIENCE": "buy-projects", "JWT_SECRET": "x" * 32}
    return token(claims, BUYER)


def _opened(several: Stack, order: dict[str, Any], key: str) -> dict[str, Any]:
    headers = bearer(BUYER) | {"Idempotency-Key": key}
    response = httpx.post(url(several, "/purchases"), json=order, headers=headers, timeout=PATIENCE_S)
    assert response.status_code == 201, response.text
    return dict(response.json())


def _ask(several: Stack, probe: Probe) -> httpx.Response:
    """A probe's answer; it comes from an address that must not be kept either."""
    headers = {"X-Forwarded-For": ADDRESS, "User-Agent": NAME, **probe.headers}
    response = httpx.request(
        probe.method, url(several, probe.path), content=probe.content, headers=headers, timeout=PATIENCE_S
    )
    assert response.status_code in probe.statuses, (probe, response.text)
    return response


def _personal(event: dict[str, Any]) -> dict[str, Any]:
    """The event as Stripe sends it of a person."""
    about = {"receipt_email": PERSON, "shipping": {"name": NAME}, "client_secret": CARD}
    event["data"]["object"] |= about
    return event


def _status(several: Stack, answer: dict[str, Any]) -> str:
    response = httpx.get(url(several, f"/purchases/{answer['purchase_id']}"), headers=bearer(BUYER), timeout=PATIENCE_S)
    return str(response.json()["status"])


async def _everything_in_temporal(several: Stack) -> list[bytes]:
    """Each workflow's listing (with search attributes and memo) and every event of its history."""
    where = several.description["temporal"]
    client = await Client.connect(where["address"], namespace=where["namespace"])
    found = []
    async for workflow in client.list_workflows():
        handle = client.get_workflow_handle(workflow.id, run_id=workflow.run_id)
        found += [workflow.raw_info.SerializeToString()]
        found += [event.SerializeToString() for event in (await handle.fetch_history()).events]
    return found


def _found(secrets: Iterable[str], parts: Iterable[bytes]) -> set[str]:
    kept = list(parts)
    return {secret for secret in secrets if any(secret.encode() in part for part in kept)}

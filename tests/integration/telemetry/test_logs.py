"""Every line is JSON, and a purchase's lines are found in every process by its id."""

import json
import re
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from domain.keys import purchase_id_of
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack

OURS = (
    "intake",
    "start_payment_worker",
    "payment_success_worker",
    "payment_failed_worker",
    "payments",
    "projects",
    "users",
    "notifier",
    "stripe_simulator",
)
FIELDS = {"timestamp", "level", "logger", "process", "event"}
# Platforms wait for these very lines (the design, "Processes").
PLAIN = re.compile(r"Starting \w+ \w+ worker| \* Serving Flask app 'app'")
# What asks for no one purchase: lists, the catalogue, and whatever a process says of itself.
LISTS = r"/projects|/config|/purchases|/payments|/users/\S+|/v1/charges|/v1/refunds"
OF_NO_PURCHASE = re.compile(rf"GET ({LISTS}) |not ready")
ABOUT_ITSELF = ("gunicorn", "temporalio.worker", "lib.database", "alembic", "opentelemetry")
WHO_SERVES = {
    "paid": set(OURS) - {"payment_failed_worker"},
    "failed": set(OURS) - {"payment_success_worker", "users"},
    "refused": {"intake", "projects", "users", "payments"},
}

Line = dict[str, Any]


def lines(path: Path) -> list[Line]:
    """A process's lines, without the one that platforms wait for; raises for one that is no JSON."""
    return [json.loads(line) for line in path.read_text().splitlines() if not PLAIN.fullmatch(line)]


@pytest.fixture(scope="module")
def purchases(traced: Stack) -> dict[str, dict[str, Any]]:
    """A paid, a declined and a refused purchase, by how they have ended."""
    with Shop(traced.description, "load-7") as shop:
        basket = [item(shop.milestones()["mangrove-2"], "0.100")]
        opened = [shop.open(basket, 120).json() for _ in range(2)]
        shop.pay(opened[0]).raise_for_status()
        assert shop.pay(opened[1], "pm_card_chargeDeclined").status_code == 402
        # Another price than Projects has: refused before anything begins.
        key = uuid.uuid4().hex
        assert shop.open(basket, 121, key=key).status_code == 409
        ends = {shop.completed(each["purchase_id"])["status"]: each for each in opened}
        for kind, status in (("payment.success", "paid"), ("payment.failed", "failed")):
            shop.notified(ends[status]["purchase_id"], kind)
        return {**ends, "refused": {"purchase_id": purchase_id_of(shop.buyer, key)}}


@pytest.mark.parametrize("process", OURS)
def test_every_line_is_an_object_with_the_fields_of_all(
    traced: Stack, purchases: dict[str, dict[str, Any]], process: str
) -> None:
    """Ours, gunicorn's and the libraries', each under the name that the process has in stack.json."""
    found = lines(traced.log(process))
    assert found
    for line in found:
        assert line.keys() >= FIELDS, line
        assert line["process"] == process
        assert datetime.fromisoformat(line["timestamp"]).tzinfo


@pytest.mark.parametrize("end", ["paid", "failed", "refused"])
def test_the_lines_of_a_purchase_are_found_in_every_process(
    traced: Stack, purchases: dict[str, dict[str, Any]], end: str
) -> None:
    """Whoever has served it tells so under its id, and in its trace."""
    known = purchases[end]["purchase_id"]

    def serving() -> set[str]:
        mine = (line for process in OURS for line in lines(traced.log(process)))
        return {line["process"] for line in mine if line.get("purchase_id") == known}

    Shop.until(serving, WHO_SERVES[end].issubset, "the lines of all processes")
    traces = {line["trace_id"] for line in lines(traced.log("payments")) if line.get("purchase_id") == known}
    assert traces


@pytest.mark.parametrize("process", OURS)
def test_no_line_of_a_purchase_is_without_its_id(
    traced: Stack, purchases: dict[str, dict[str, Any]], process: str
) -> None:
    """Beside what a process says of itself, and lists of many, every line bears one."""
    told = (line for line in lines(traced.log(process)) if not line["logger"].startswith(ABOUT_ITSELF))
    nameless = [line for line in told if "purchase_id" not in line and not OF_NO_PURCHASE.match(line["event"])]
    assert nameless == []

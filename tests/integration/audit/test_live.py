"""The audit beside live traffic, and where there is nothing to read."""

import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.integration.newcomers import newcomer
from tools.devstack.audit import audit_stack
from tools.devstack.options import ROOT
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack

CARDS = ("pm_card_visa", "pm_card_chargeDeclined")
BUYERS = 4
# Enough for every audit to meet purchases in every state.
PURCHASES = 30


@contextmanager
def traffic(shop: Shop) -> Iterator[list[tuple[str, str]]]:
    """Buyers who come as fast as they can; the purchases so far, and whose each is."""
    milestone, bought, over = shop.milestones()["mangrove-2"], [], threading.Event()

    def buy(number: int) -> None:
        while not over.is_set():
            buyer = newcomer()
            response = shop.open([item(milestone, "0.500")], 600, buyer=buyer)
            response.raise_for_status()
            answer = response.json()
            bought.append((answer["purchase_id"], buyer))
            shop.pay(answer, CARDS[(number + len(bought)) % len(CARDS)])
            # Refused, for it costs more.
            shop.open([item(milestone, "0.500")], 599, buyer=buyer)

    with ThreadPoolExecutor(BUYERS) as pool:
        queues = [pool.submit(buy, number) for number in range(BUYERS)]
        try:
            yield bought
        finally:
            over.set()
            for queue in queues:
                queue.result()
    # Whoever uses the stack next finds it at rest.
    for purchase_id, buyer in bought:
        shop.completed(purchase_id, buyer=buyer)


def test_live_traffic_is_never_called_broken(stack: Stack) -> None:
    """Audit after audit while buyers buy: every purchase is open, right or in flight, and no stock is off."""
    with Shop(stack.description) as shop, traffic(shop) as bought:
        while len(bought) < PURCHASES:
            before = len(bought)
            report = asyncio.run(audit_stack(stack.description))
            assert [found.line() for found in report.faults] == []
            assert report.purchases >= before


def test_the_environment_names_what_is_audited(stack: Stack) -> None:
    """Where no stack runs `make audit` reads the settings that all processes read, and tells people how it is."""
    done = run(stack, {})
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("Everything adds up.")
    assert "asking the provider" in done.stderr


def test_a_store_that_lets_nobody_in_is_no_verdict(stack: Stack) -> None:
    """A wrong token: exit code 2, one line that says which store, no report."""
    done = run(stack, {"SERVICE_TOKEN": "nobody-knows-this-token"})
    assert (done.returncode, done.stdout) == (2, "")
    says = r"Error: \w+ answers what its contract does not know: GET /\S+: 401 unauthenticated"
    assert re.fullmatch(says, done.stderr.splitlines()[-1])


def run(stack: Stack, changes: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The command, told of this stack by the environment."""
    description = stack.description
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "SERVICE_"))}
    environment |= {
        f"{name.upper()}_URL": description["processes"][name]["url"]
        for name in ("payments", "projects", "users", "notifier")
    }
    environment |= {
        "SERVICE_TOKEN": description["service_token"],
        "TEMPORAL_ADDRESS": description["temporal"]["address"],
        "TEMPORAL_NAMESPACE": description["temporal"]["namespace"],
    }
    return subprocess.run(
        [sys.executable, "-m", "tools.devstack.audit", "--data", str(stack.data / "nothing")],
        cwd=ROOT,
        env=environment | changes,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

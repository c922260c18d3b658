"""`flask buyer erase` on real parts: the buyer is in no store any more, and the records add up."""

import asyncio
import json
import subprocess
import sys

from click.testing import CliRunner, Result

from operators.erasing.command import buyer_commands
from operators.erasing.histories import TemporalHistories
from operators.settings import OperatorSettings
from tests.integration.hold import killed
from tests.integration.sagas.buyers import Buyers
from tests.integration.temporal import WAIT_S, TemporalServer
from tools.devstack.audit import audit_stack, connect
from tools.devstack.options import ROOT
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

SERVICES = ("payments", "projects", "users", "notifier")


def typed(stack: Stack, buyer: str) -> subprocess.CompletedProcess[str]:
    """What the operator types, in a process of its own."""
    description = stack.description
    environment = {f"{name.upper()}_URL": description["processes"][name]["url"] for name in SERVICES} | {
        "TEMPORAL_ADDRESS": description["temporal"]["address"],
        "TEMPORAL_NAMESPACE": description["temporal"]["namespace"],
        "SERVICE_TOKEN": description["service_token"],
    }
    command = [sys.executable, "-m", "flask", "buyer", "erase", "--buyer", buyer, "--yes"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def erase(stack: Stack, buyer: str) -> Result:
    """The same in this process, which is quicker."""
    description = stack.description
    urls = {f"{name}_url": description["processes"][name]["url"] for name in SERVICES}
    config = OperatorSettings.model_construct(**urls, service_token=description["service_token"])
    commands = buyer_commands(config, sys.exit, lambda: TemporalHistories(lambda: connect(description)))
    return CliRunner().invoke(commands, ["erase", "--buyer", buyer, "--yes"])


def everything(shop: Shop) -> str:
    """All that the services tell of anybody."""
    lists = (("payments", "/payments"), ("projects", "/reservations"), ("users", "/offsets"))
    return json.dumps([list(shop.pages(*which)) for which in (*lists, ("notifier", "/notifications"))])


def wait_until_gone(engine: TemporalServer, saga: str) -> None:
    """The server deletes a history a moment after it was asked to."""
    Shop.until(lambda: engine.status(saga), lambda status: status is None, f"{saga} to be gone", WAIT_S)


def test_a_buyer_is_forgotten_and_the_records_add_up(battered: Stack, engine: TemporalServer, buyers: Buyers) -> None:
    """An open purchase refuses; a store that is away breaks it off, and the next try ends it."""
    purchase = buyers.opened()
    buyer, own = purchase.buyer, f'BuyerId="{purchase.buyer}"'
    refused = erase(battered, buyer)
    assert (refused.exit_code, purchase.opening in refused.output) == (1, True)
    buyers.pay(purchase)
    buyers.ended(purchase, "paid", None, by=purchase.success)
    engine.wait_until_closed(purchase.opening)
    engine.wait_until_closed(purchase.success)
    assert f'"{buyer}"' in everything(buyers.shop)

    with killed(battered, "users"):
        broken_off = erase(battered, buyer)
    assert (broken_off.exit_code, "Run the same command again" in broken_off.output) == (2, True)
    done = typed(battered, buyer)
    assert (done.returncode, "What is left" in done.stdout) == (0, True), done.stderr
    assert f'"{buyer}"' not in everything(buyers.shop)
    Shop.until(lambda: engine.count(own), lambda count: count == 0, f"no saga of {buyer}", WAIT_S)
    for saga in (purchase.opening, purchase.success):
        wait_until_gone(engine, saga)

    (kept,) = buyers.shop.pages("payments", "/payments", purchase_id=purchase.purchase_id)
    assert (kept["amount_captured"], kept["outcome"]["status"]) == (120, "paid")
    owned = list(buyers.shop.pages("users", f"/users/{kept['buyer_id']}/offsets"))
    assert [offset["payment_id"] for offset in owned] == [purchase.payment_id]
    assert asyncio.run(audit_stack(battered.description)).faults == ()

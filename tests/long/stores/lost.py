"""What an operator does with the stores: copies them, loses them, brings them back, mends what is missing."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx

from audit.report import Report
from audit.rules.findings import Rule, Side
from tests.integration.postgres import PostgresServer
from tests.integration.service_process import REPOSITORY
from tools.devstack.audit import audit_stack
from tools.devstack.description import DATABASES
from tools.devstack.shop import Shop, item, reference
from tools.devstack.stack import Stack

Answer = dict[str, Any]
# Who mends: no saga has such a key.
BY_HAND = "operator/by-hand"


def run(script: str, folder: Path, **databases: str) -> str:
    """Run a script of deploy/backup; what it says."""
    done = subprocess.run(
        ["/bin/sh", str(REPOSITORY / "deploy" / "backup" / script), str(folder), *databases],
        env={**os.environ, **{f"{name.upper()}_DATABASE_URL": url for name, url in databases.items()}},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def back_up(stack: Stack, state: Path, folder: Path) -> None:
    """Copy Temporal's store, then the services', then the broker's folder as a crash would leave it."""
    run("backup.sh", folder, temporal=f"sqlite:///{state / 'temporal.db'}", **stack.description["databases"])
    stack.kill("rabbitmq")
    shutil.copytree(state / "rabbitmq", folder / "rabbitmq")
    stack.restart("rabbitmq")


def bring_back(backup: Path, provider: Path, state: Path) -> None:
    """Make the state of a new stack of a backup; the provider's own records have lost nothing."""
    state.mkdir(parents=True)
    # With its log: nobody has closed the file.
    for part in provider.parent.glob(f"{provider.name}*"):
        shutil.copy(part, state)
    shutil.copytree(backup / "rabbitmq", state / "rabbitmq")
    run("restore.sh", backup, temporal=f"sqlite:///{state / 'temporal.db'}")
    server = PostgresServer(state)
    server.start()
    try:
        run("restore.sh", backup, **{name: server.url(name) for name in DATABASES})
    finally:
        server.stop()


class Operator:
    """Looks at a stack's records and mends them with the services' own calls, as docs/operations.md says."""

    def __init__(self, stack: Stack, shop: Shop) -> None:
        self.stack = stack
        self.shop = shop
        self.items = [item(shop.milestones()["mangrove-2"], "1.500")]

    def opened(self, key: str | None = None) -> Answer:
        """An open purchase of 1.500 tCO2e; asked again with its key it is the same one."""
        answer = self.shop.open(self.items, 1800, key=key)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def paid(self, key: str | None = None) -> Answer:
        """A purchase that is paid and complete."""
        answer = self.opened(key)
        self.shop.pay(answer).raise_for_status()
        assert self.shop.completed(answer["purchase_id"])["status"] == "paid"
        return answer

    def resend(self, answer: Answer) -> None:
        """Have the provider send its event of a payment that has succeeded once more."""
        events = self.shop.provider_events(reference(answer))
        self.shop.repeat_webhook(next(e["id"] for e in events if e["type"] == "payment_intent.succeeded"))

    def report(self) -> Report:
        """The audit of all records."""
        return asyncio.run(audit_stack(self.stack.description))

    def faults(self, *answers: Answer) -> set[tuple[Rule, Side]]:
        """What the audit finds wrong with some purchases."""
        ids = {answer[name] for answer in answers for name in ("purchase_id", "payment_id")}
        return {(f.rule, f.side) for f in self.report().faults if ids & {f.purchase_id, f.payment_id}}

    def rewind(self, service: str, backup: Path) -> None:
        """Bring one service's database back from a backup, the others staying as they are."""
        self.stack.kill(service)
        run("restore.sh", backup, **{service: self.stack.description["databases"][service]})
        self.stack.restart(service)

    def call(self, service: str, method: str, path: str, body: object) -> Answer:
        """One call in the operator's name."""
        headers = {"Authorization": f"Bearer {self.stack.description['service_token']}", "Idempotency-Key": BY_HAND}
        url = f"{self.stack.description['processes'][service]['url']}{path}"
        answer = httpx.request(method, url, json=body, headers=headers, timeout=30)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def order(self) -> Answer:
        """What each of these purchases is about."""
        return {"buyer_id": self.shop.buyer, "amount": 1800, "currency": "usd", "items": self.items}

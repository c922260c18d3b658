"""The command line on a fake Temporal, fake records and a fake audit."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from click.testing import CliRunner, Result

from audit.auditor import CouldNotRead
from audit.report import Report
from audit.settings import SERVICES
from operators.cli import CommandContext, purchases_commands
from operators.environment import Environment
from operators.records import PurchaseRecords, Record
from tests.unit.operators.fake_temporal import FakeTemporal

Command = Callable[..., Result]

PAYMENT = {
    "payment_id": "payment-1",
    "provider": "stripe",
    "provider_reference": "pi_3QK1",
    "purchase_id": "p1",
    "buyer_id": "alice",
    "status": "paid",
    "amount": 1800,
    "currency": "usd",
    "amount_captured": 1800,
    "amount_refunded": 0,
    "items": [],
    "outcome": None,
    "created_at": "2026-11-21T12:00:00Z",
}


@dataclass
class FakeRecords:
    """What every service has, and of whom it was asked."""

    records: PurchaseRecords = field(default_factory=lambda: PurchaseRecords(payment=Record()))
    asked: list[tuple[str | None, str | None]] = field(default_factory=list)
    # Payments' ids by what their provider calls them.
    called: dict[str, str] = field(default_factory=dict)

    async def read(self, purchase_id: str | None, payment_id: str | None) -> PurchaseRecords:
        """What the test has set."""
        self.asked.append((purchase_id, payment_id))
        return self.records

    async def payment_called(self, provider_reference: str) -> str | None:
        """What the test has set."""
        return self.called.get(provider_reference)


@dataclass
class FakeAudit:
    """A report that the test has set, and of which purchases it was asked for."""

    report: Report = field(default_factory=lambda: Report(0.1, {"paid": 1}, {}, (), ()))
    away: CouldNotRead | None = None
    asked: list[Sequence[str]] = field(default_factory=list)

    async def __call__(self, tell: Callable[[str], None], purchase_ids: Sequence[str]) -> Report:
        """Tell a little, and report."""
        self.asked.append(purchase_ids)
        tell("asking the provider for 1 payments")
        if self.away:
            raise self.away
        return self.report


@pytest.fixture
def temporal() -> FakeTemporal:
    """A Temporal that knows nothing yet."""
    return FakeTemporal()


@pytest.fixture
def records() -> FakeRecords:
    """Services that know nothing yet."""
    return FakeRecords()


@pytest.fixture
def known(records: FakeRecords) -> None:
    """Payments knows the purchase that Temporal knows."""
    records.records = PurchaseRecords(payment=Record(entry=PAYMENT))


@pytest.fixture
def audits() -> FakeAudit:
    """PurchaseRecords that add up."""
    return FakeAudit()


@pytest.fixture
def environment() -> Environment:
    """All on one machine."""
    services = {name: f"http://127.0.0.1:{5001 + number}" for number, name in enumerate(SERVICES)}
    return Environment("127.0.0.1:7233", "default", services)


@pytest.fixture
def purchases(temporal: FakeTemporal, records: FakeRecords, audits: FakeAudit, environment: Environment) -> Command:
    """`flask purchases …`, of olga's; with `keys` somebody sits at the terminal and types them."""

    def made(by: str = "") -> FakeTemporal:
        temporal.names.append(by)
        return temporal

    def run(*arguments: str, keys: str | None = None, operator: str | None = "olga") -> Result:
        context = CommandContext(made, records, audits, environment, asks=lambda: keys is not None)
        shell = CliRunner(env={"OPERATOR": operator})
        return shell.invoke(purchases_commands(context, leave=sys.exit), list(arguments), input=keys)

    return run

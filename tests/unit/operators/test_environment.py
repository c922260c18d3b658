"""Where a command acts, and in whose name."""

import json
from dataclasses import replace

import pytest

from audit.settings import SERVICES
from operators.decisions import Decision
from operators.environment import Environment
from operators.records import PurchaseRecords, Record
from tests.unit.fakes import NOW
from tests.unit.operators.conftest import PAYMENT, Command, FakeRecords
from tests.unit.operators.fake_temporal import SUCCESS, FakeTemporal, parked_run, run

HERE = {name: f"http://localhost:{5001 + number}" for number, name in enumerate(SERVICES)}
THERE = {name: f"https://{name}.example.org" for name in SERVICES}


@pytest.mark.parametrize(
    ("temporal", "services", "mixed"),
    [
        ("127.0.0.1:7233", HERE, False),
        ("[::1]:7233", HERE, False),
        ("temporal:7233", THERE, False),
        ("10.0.0.7:7233", THERE, False),
        ("temporal.example.org:7233", HERE, True),
        ("127.0.0.1:7233", THERE, True),
        ("temporal:7233", THERE | {"users": HERE["users"]}, True),
    ],
)
def test_what_is_partly_on_this_machine_looks_mixed(temporal: str, services: dict[str, str], mixed: bool) -> None:
    """A setting that was forgotten has its default, which is of this machine."""
    assert bool(Environment(temporal, "default", services).mixture) is mixed


def test_passwords_in_addresses_are_not_shown() -> None:
    """A plan stands on a screen, and in a log."""
    shown = str(Environment("temporal:7233", "default", THERE | {"users": "https://u:secret@users.example.org"}))
    assert ("https://users.example.org" in shown, "secret" in shown) == (True, False)


class TestMixed:
    """Temporal of one environment, services of another one."""

    @pytest.fixture
    def environment(self, environment: Environment) -> Environment:
        """Temporal of production, services of this machine."""
        return replace(environment, temporal="temporal.example.org:7233")

    @pytest.mark.parametrize("command", [["list"], ["show", "p1"], ["retry", "p1", "--yes"], ["audit"]])
    def test_every_command_refuses(self, temporal: FakeTemporal, purchases: Command, command: list[str]) -> None:
        """All addresses are named, and nobody is asked."""
        temporal.park(parked_run())
        result = purchases(*command)
        assert (result.exit_code, temporal.names, temporal.done) == (2, [], [])
        assert "Temporal temporal.example.org:7233" in result.stderr
        assert "http://127.0.0.1:5001" in result.stderr

    def test_whoever_knows_better_says_so(self, purchases: Command) -> None:
        """Temporal is a service of others, and ours are reached through a tunnel."""
        assert purchases("--mixed", "list").exit_code == 0


@pytest.mark.parametrize("entry", [None, PAYMENT | {"purchase_id": "another"}])
@pytest.mark.parametrize("command", ["retry", "repair"])
def test_a_purchase_that_payments_does_not_know_is_another_environments(
    temporal: FakeTemporal, records: FakeRecords, purchases: Command, command: str, entry: dict[str, object] | None
) -> None:
    """Nothing is done, unless somebody says that they belong together: a database may have been restored."""
    temporal.know(run(state="terminated"))
    temporal.park(parked_run())
    records.records = PurchaseRecords(payment=Record(entry=entry))
    any_id = SUCCESS if command == "retry" else "purchase/p1"
    result = purchases(command, any_id, "--yes")
    assert (result.exit_code, "two environments" in result.stderr, temporal.done) == (2, True, [])
    assert purchases("--mixed", command, any_id, "--yes").exit_code == 0


def test_an_opening_that_payments_has_not_heard_of_is_no_other_environments(
    temporal: FakeTemporal, records: FakeRecords, purchases: Command
) -> None:
    """A saga knows its payment's id before its first call: it may have been stopped before the payment was created."""
    temporal.know(run(state="terminated", status="opening"))
    records.records = PurchaseRecords(payment=Record())
    assert purchases("repair", "purchase/p1", "--yes").exit_code == 0


def test_services_that_are_away_forbid_nothing(
    temporal: FakeTemporal, records: FakeRecords, purchases: Command
) -> None:
    """Nothing speaks for two environments."""
    temporal.know(run())
    temporal.park(parked_run())
    records.records = PurchaseRecords(payment=Record(problem="GET /payments/payment-1: 503"))
    assert purchases("retry", SUCCESS, "--yes").exit_code == 0


@pytest.mark.usefixtures("known")
def test_who_decides_is_asked(temporal: FakeTemporal, purchases: Command) -> None:
    """Unless it was said; it is the name in which Temporal keeps the decision."""
    temporal.park(parked_run())
    assert purchases("retry", SUCCESS, keys="Olga Ops\ny\n", operator=None).exit_code == 0
    temporal.park(parked_run())
    assert purchases("retry", SUCCESS, "--by", "oscar@example.org", "--yes").exit_code == 0
    assert [name for name in temporal.names if name] == ["Olga Ops", "oscar@example.org"]
    assert purchases("retry", SUCCESS, "--by", "a\nb", "--yes").exit_code == 2


def test_show_tells_who_has_decided(temporal: FakeTemporal, purchases: Command) -> None:
    """Also of a saga that has ended; what was refused is said to be."""
    temporal.know(run(state="completed"))
    temporal.decided["purchase/p1"] = [
        Decision(at=NOW, decision="skip", by="olga", taken=False),
        Decision(at=NOW, decision="retry", by="oscar"),
    ]
    output = purchases("show", "p1").stdout
    assert f"skip by olga at {NOW:%Y-%m-%d %H:%M:%S} UTC, which was refused" in output
    assert f"retry by oscar at {NOW:%Y-%m-%d %H:%M:%S} UTC" in output
    (saga,) = json.loads(purchases("show", "p1", "--json").stdout)["sagas"]
    assert [(each["decision"], each["by"], each["taken"]) for each in saga["decisions"]] == [
        ("skip", "olga", False),
        ("retry", "oscar", True),
    ]

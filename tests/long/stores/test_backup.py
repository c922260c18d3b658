"""A shop on PostgreSQL crashes, loses everything, comes back from its backup, and is mended."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from audit.rules.findings import Rule, Side
from tests.long.stores.lost import Answer, Operator, back_up, bring_back, run
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack, StackOptions

# 10 min: nothing expires while backups are made and brought back on a busy machine.
ENVIRONMENT = {"STORE": "postgres", "RESERVATION_TTL": "600"}


@dataclass(frozen=True)
class SeenPurchases:
    """What the buyers of the lost stack have seen; `key`: of the two that no backup knows."""

    told: Answer
    queued: Answer
    opened: Answer
    paid_after: Answer
    new_open: Answer
    new_paid: Answer
    keys: tuple[str, str]


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> StackOptions:
    """The first stack's."""
    return StackOptions(data=tmp_path_factory.mktemp("first"), environment=ENVIRONMENT)


@pytest.fixture(scope="module")
def first(options: StackOptions) -> Iterator[Stack]:
    """The stack that is going to be lost."""
    with Stack(options) as stack:
        yield stack


@pytest.fixture(scope="module")
def lost(first: Stack, options: StackOptions, tmp_path_factory: pytest.TempPathFactory) -> tuple[SeenPurchases, Path]:
    """Purchases before and after a backup, all of whose records but the provider's are lost; and the backup."""
    backup = tmp_path_factory.mktemp("backups") / "whole"
    keys = uuid4().hex, uuid4().hex
    with Shop(first.description) as shop:
        buyer = Operator(first, shop)
        told = buyer.paid()
        shop.notified(told["purchase_id"], "payment.success")
        # From here on notifications wait in the broker's queue.
        first.kill("notifier")
        queued, opened, paid_after = buyer.paid(), buyer.opened(), buyer.opened()
        back_up(first, options.state, backup)
        shop.pay(paid_after).raise_for_status()
        assert shop.completed(paid_after["purchase_id"])["status"] == "paid"
        new_open, new_paid = buyer.opened(keys[0]), buyer.paid(keys[1])
    first.kill_at_once()
    first.stop()
    return SeenPurchases(told, queued, opened, paid_after, new_open, new_paid, keys), backup


@pytest.fixture(scope="module")
def second(
    lost: tuple[SeenPurchases, Path], options: StackOptions, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The stack that begins with what the backup has kept, and with a provider that has lost nothing."""
    anew = StackOptions(data=tmp_path_factory.mktemp("second"), environment=ENVIRONMENT)
    bring_back(lost[1], options.state / "stripe_simulator.db", anew.state)
    with Stack(anew) as stack:
        yield stack


@pytest.fixture
def operator(second: Stack) -> Iterator[Operator]:
    """Whoever looks after the second stack."""
    with Shop(second.description) as shop:
        yield Operator(second, shop)


def test_a_stack_on_postgresql_survives_a_crash_of_its_server(first: Stack) -> None:
    """Each service has a database that no other may enter; after its server was killed the shop goes on."""
    databases = first.description["databases"]
    assert first.description["processes"]["postgresql"]["url"].startswith("postgresql://")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(databases["payments"].rpartition("/")[0] + "/users")
    with Shop(first.description) as shop:
        buyer = Operator(first, shop)
        waiting = buyer.opened()
        first.kill("postgresql")
        assert [process.spec.name for process in first.dead()] == ["postgresql"]
        first.restart("postgresql")
        shop.pay(waiting).raise_for_status()
        assert shop.completed(waiting["purchase_id"])["status"] == "paid"
        shop.notified(waiting["purchase_id"], "payment.success")
        assert buyer.report().adds_up


def test_what_the_backup_knows_goes_on_by_itself(lost: tuple[SeenPurchases, Path], operator: Operator) -> None:
    """Ended purchases stay so, a waiting message is delivered, open ones go on; one paid meanwhile needs its event."""
    were = lost[0]
    shop = operator.shop
    assert [shop.purchase(each["purchase_id"])["status"] for each in (were.told, were.queued, were.opened)] == [
        "paid", "paid", "awaiting_payment",
    ]  # fmt: skip
    shop.notified(were.queued["purchase_id"], "payment.success")
    shop.pay(were.opened).raise_for_status()
    operator.resend(were.paid_after)
    for each in (were.opened, were.paid_after):
        assert shop.completed(each["purchase_id"])["status"] == "paid"
        shop.notified(each["purchase_id"], "payment.success")
    assert operator.report().adds_up


def test_what_is_newer_than_the_backup_comes_back_with_its_buyer(
    lost: tuple[SeenPurchases, Path], operator: Operator
) -> None:
    """A repeat with the same key finds the provider's payment again, also a paid one, which its event then settles."""
    were = lost[0]
    assert [operator.shop.service("payments", "/payments", purchase_id=each["purchase_id"])["items"] for each in (
        were.new_open, were.new_paid,
    )] == [[], []]  # fmt: skip
    again = [operator.opened(key) for key in were.keys]
    assert [each["payment_id"] for each in again] == [were.new_open["payment_id"], were.new_paid["payment_id"]]
    operator.shop.pay(again[0]).raise_for_status()
    operator.resend(were.new_paid)
    for each in again:
        assert operator.shop.completed(each["purchase_id"])["status"] == "paid"
        operator.shop.notified(each["purchase_id"], "payment.success")
    assert operator.report().adds_up


def test_services_that_are_older_than_the_rest_are_mended(operator: Operator, tmp_path: Path) -> None:
    """Of a paid and an open purchase that services have forgotten the audit names each gap, and calls close it."""
    run("backup.sh", tmp_path / "old", **operator.stack.description["databases"])
    paid, opened = operator.paid(), operator.opened()
    order, payment_id = operator.order(), paid["payment_id"]
    operator.shop.notified(paid["purchase_id"], "payment.success")

    ended = operator.shop.service("payments", "/payments", purchase_id=paid["purchase_id"])["items"][0]["outcome"]
    operator.rewind("payments", tmp_path / "old")
    assert {rule for rule, _ in operator.faults(paid, opened)} == {Rule.ORPHAN}
    for each in (paid, opened):
        found = operator.call("payments", "POST", "/payments", order | {"purchase_id": each["purchase_id"]})
        assert found["payment_id"] == each["payment_id"]
    recorded = {name: value for name, value in ended.items() if name != "recorded_at"} | order
    operator.call("payments", "PUT", f"/purchases/{paid['purchase_id']}/outcome", recorded)
    assert operator.faults(paid, opened) == set()

    for service in ("users", "projects", "notifier"):
        operator.rewind(service, tmp_path / "old")
    not_told = Rule.NOT_NOTIFIED, Side.NOTIFIER
    gaps = {(Rule.NOT_DELIVERED, Side.USERS), (Rule.NOT_SOLD, Side.PROJECTS), not_told}
    assert operator.faults(paid, opened) == gaps
    offset = {"payment_id": payment_id, "purchase_id": paid["purchase_id"], "items": order["items"]}
    operator.call("users", "POST", f"/users/{operator.shop.buyer}/offsets", offset)
    for each in (paid, opened):
        operator.call("projects", "POST", "/reservations", order | {"payment_id": each["payment_id"]})
    operator.call("projects", "PATCH", f"/reservations/{payment_id}", {"status": "committed"})
    operator.shop.pay(opened).raise_for_status()
    assert operator.shop.completed(opened["purchase_id"])["status"] == "paid"
    operator.shop.notified(opened["purchase_id"], "payment.success")
    assert operator.faults(paid, opened) == {not_told}

"""Each service's record is really broken, on a stack of its own and without the sagas; the audit names each break."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from audit.report import Report
from audit.rules.findings import Rule, Side
from tools.devstack.audit import audit_stack, connect, main
from tools.devstack.shop import Shop, item, reference
from tools.devstack.stack import Stack, StackOptions

# 10 s: who pays at once is in time on a slow machine too, and those that expire do so together.
TTL_S = 10
# Who breaks the records: no saga has such a key.
BY_HAND = "somebody/by-hand"

Answer = dict[str, Any]


class Vandal:
    """Opens, ends and breaks purchases of one stack."""

    def __init__(self, stack: Stack, shop: Shop) -> None:
        self.stack = stack.description
        self.shop = shop
        self.data = stack.data
        self.milestone = shop.milestones()["mangrove-2"]

    def opened(self) -> Answer:
        """An open purchase."""
        answer = self.shop.open([item(self.milestone, "1.500")], 1800)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def ended(self, card: str = "pm_card_visa") -> Answer:
        """A purchase that was paid or declined, and has ended and was published."""
        answer = self.opened()
        self.shop.pay(answer, card)
        return self.told(answer)

    def expired(self, count: int) -> list[Answer]:
        """Purchases that were left to expire, and have ended and were published."""
        return [self.told(answer) for answer in [self.opened() for _ in range(count)]]

    def told(self, answer: Answer) -> Answer:
        """The purchase once it has ended and was published."""
        status = self.shop.completed(answer["purchase_id"])["status"]
        kind = "success" if status == "paid" else status
        self.shop.notified(answer["purchase_id"], f"payment.{kind}")
        return answer

    def write(self, service: str, statement: str, *values: object) -> None:
        """Change a service's database from outside."""
        with closing(sqlite3.connect(self.data / f"{service}.db", timeout=10)) as database, database:
            assert database.execute(statement, values).rowcount == 1

    def call(self, service: str, method: str, path: str, body: object = None) -> None:
        """Have a service do what no saga has asked for."""
        token = {"Authorization": f"Bearer {self.stack['service_token']}", "Idempotency-Key": BY_HAND}
        url = f"{self.stack['processes'][service]['url']}{path}"
        httpx.request(method, url, json=body, headers=token).raise_for_status()

    def at_the_provider(self, path: str, **data: str) -> Answer:
        """What an operator does in the provider's dashboard."""
        stripe = self.stack["stripe"]
        key = {"Authorization": f"Bearer {stripe['secret_key']}"}
        answer = httpx.post(f"{stripe['api_base']}{path}", data=data, headers=key)
        answer.raise_for_status()
        return dict(answer.json())

    def charge_of(self, answer: Answer) -> str:
        """The charge of a paid purchase."""
        stripe = self.stack["stripe"]
        key = {"Authorization": f"Bearer {stripe['secret_key']}"}
        found = httpx.get(f"{stripe['api_base']}/v1/payment_intents/{reference(answer)}", headers=key)
        return str(found.json()["latest_charge"])

    def terminate(self, workflow_id: str) -> None:
        """What Terminate in Temporal's UI does."""

        async def terminate() -> None:
            await (await connect(self.stack)).get_workflow_handle(workflow_id).terminate("by hand")

        asyncio.run(terminate())

    def audited(self) -> Report:
        """The report on this stack."""
        return asyncio.run(audit_stack(self.stack))


@pytest.fixture(scope="module")
def vandal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vandal]:
    """A stack whose records may be broken: no service has to work on them afterwards."""
    options = StackOptions(data=tmp_path_factory.mktemp("broken"), environment={"RESERVATION_TTL": str(TTL_S)})
    with Stack(options) as stack, Shop(stack.description) as shop:
        yield Vandal(stack, shop)


def found(report: Report, answer: Answer) -> list[tuple[Rule, Side]]:
    """The faults of one purchase."""
    return [(each.rule, each.side) for each in report.faults if each.purchase_id == answer["purchase_id"]]


def test_what_is_done_by_hand_at_the_provider_is_known(vandal: Vandal, capfd: pytest.CaptureFixture[str]) -> None:
    """Refunds and a dispute of paid purchases are notes: nothing is off, and the command's exit code is 0."""
    whole, part, disputed = vandal.ended(), vandal.ended(), vandal.ended()
    vandal.at_the_provider("/v1/refunds", payment_intent=reference(whole))
    vandal.at_the_provider("/v1/refunds", payment_intent=reference(part), amount="500")
    vandal.at_the_provider(f"/simulator/charges/{vandal.charge_of(disputed)}/dispute")
    vandal.ended("pm_card_chargeDeclined")
    vandal.expired(1)
    report = vandal.audited()
    assert report.faults == ()
    notes = {(each.purchase_id, each.rule) for each in report.notes}
    assert notes == {
        (whole["purchase_id"], Rule.BY_HAND),
        (part["purchase_id"], Rule.BY_HAND),
        (disputed["purchase_id"], Rule.DISPUTED),
    }
    sums = report.sums["usd"]
    assert (sums.charged - sums.refunded, sums.delivered, sums.refunded_by_hand) == (5400, 5400, 2300)
    assert report.ends == {"paid": 3, "failed": 1, "expired": 1}
    assert main(["--data", str(vandal.data), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["purchases"] == 5


def test_a_refund_that_the_bank_fails_waits_for_an_operator(vandal: Vandal) -> None:
    """The saga that the event has started is listed as parked, with its reason in words, and nothing is off."""
    answer = vandal.ended()
    metadata = {"metadata[purchase_id]": answer["purchase_id"]}
    refund = vandal.at_the_provider("/v1/refunds", payment_intent=reference(answer), **metadata)
    vandal.at_the_provider(f"/simulator/refunds/{refund['id']}/fail")
    report = vandal.shop.until(vandal.audited, lambda seen: bool(seen.parked), "the saga to park")
    (parked,) = report.parked
    assert (parked.purchase_id, parked.workflow_id) == (answer["purchase_id"], f"refund-failed/{refund['id']}")
    assert f"The bank has failed refund {refund['id']}: 18.00 USD of 18.00 USD is owed to the buyer" in parked.says
    assert found(report, answer) == []


def test_every_break_is_named(vandal: Vandal) -> None:
    """Each purchase is broken in its own way, in a database, by a call or in Temporal; each is named with its side."""
    paid = [vandal.ended() for _ in range(9)]
    expired = vandal.expired(3)
    pay, ids = [each["payment_id"] for each in paid], [each["purchase_id"] for each in paid]
    items = [item(vandal.milestone, "1.500")]

    vandal.write("users", "DELETE FROM offsets WHERE payment_id = ?", pay[0])
    vandal.write("notifier", "DELETE FROM notifications WHERE purchase_id = ?", ids[1])
    vandal.write(
        "notifier",
        "INSERT INTO notifications (message_id, purchase_id, event, received_at)"
        " SELECT 'twice', purchase_id, replace(event, message_id, 'twice'), received_at"
        " FROM notifications WHERE purchase_id = ?",
        ids[2],
    )
    told = "UPDATE notifications SET event = replace(event, 'payment.success', 'payment.failed') WHERE purchase_id = ?"
    vandal.write("notifier", told, ids[3])
    vandal.write("projects", "UPDATE reservations SET status = 'closed' WHERE payment_id = ?", pay[4])
    vandal.write("projects", "UPDATE reservations SET amount = 1 WHERE payment_id = ?", pay[5])
    vandal.write("users", "UPDATE offsets SET user_id = 'bob' WHERE payment_id = ?", pay[6])
    vandal.write(
        "payments",
        "UPDATE payments SET outcome = replace(outcome, '\"paid\"', '\"expired\"') WHERE purchase_id = ?",
        ids[7],
    )
    vandal.call("payments", "POST", f"/payments/{pay[8]}/refund")

    offset = {"payment_id": expired[0]["payment_id"], "purchase_id": expired[0]["purchase_id"], "items": items}
    vandal.call("users", "POST", "/users/alice/offsets", offset)
    vandal.write(
        "projects", "UPDATE reservations SET status = 'reserved' WHERE payment_id = ?", expired[1]["payment_id"]
    )
    vandal.write("payments", "UPDATE payments SET outcome = NULL WHERE purchase_id = ?", expired[2]["purchase_id"])

    gone, late = vandal.opened(), vandal.opened()
    vandal.terminate(f"purchase/{gone['purchase_id']}")
    vandal.terminate(f"purchase/{late['purchase_id']}")
    vandal.shop.pay(late).raise_for_status()
    orphan = {"payment_id": "pi_orphan", "items": items, "amount": 1800, "currency": "usd"}
    vandal.call("projects", "POST", "/reservations", orphan)

    report = vandal.audited()
    assert [found(report, each) for each in paid[:7]] == [
        [(Rule.NOT_DELIVERED, Side.USERS)],
        [(Rule.NOT_NOTIFIED, Side.NOTIFIER)],
        [(Rule.NOTIFIED_TWICE, Side.NOTIFIER)],
        [(Rule.NOTIFIED_WRONGLY, Side.NOTIFIER)],
        [(Rule.NOT_SOLD, Side.PROJECTS)],
        [(Rule.DIFFERS, Side.PROJECTS)],
        [(Rule.DIFFERS, Side.USERS)],
    ]
    assert {side for _, side in found(report, paid[7])} == {Side.PAYMENTS, Side.PROJECTS, Side.USERS, Side.NOTIFIER}
    assert found(report, paid[8]) == [(Rule.REFUNDED, Side.PAYMENTS)]
    assert [found(report, each) for each in expired] == [
        [(Rule.DELIVERED, Side.USERS)],
        [(Rule.HELD, Side.PROJECTS)],
        [(Rule.NOT_RECORDED, Side.PAYMENTS)],
    ]
    assert [found(report, each) for each in (gone, late)] == [[(Rule.SAGA_GONE, Side.TEMPORAL)]] * 2
    assert {each.rule for each in report.faults if each.payment_id == "pi_orphan"} == {Rule.ORPHAN}
    assert any(each.rule is Rule.STOCK and "mangrove-2" in each.says for each in report.faults)
    assert main(["--data", str(vandal.data)]) == 1

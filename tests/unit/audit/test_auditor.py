"""The way through the records: pages, the provider's word, the second look, and what is told in the end."""

from typing import Any

import httpx
import pytest

from audit.auditor import READ_AGAIN_S, Auditor
from audit.report import Report
from audit.rules.findings import Rule
from audit.rules.records import State
from domain.errors import ContractBroken, Unavailable
from tests.unit.audit.entries import MAIN, Entries, broken, notice, saga
from tests.unit.audit.services import Services


async def audited(services: Services) -> Report:
    """The report of these records."""
    return await Auditor(services.records(), services, lambda _: None, services.pause).report()


def sold(services: Services) -> Services:
    """With the stock that one delivered purchase leaves."""
    services.stock |= {"sold": "1.500", "free": "98.500"}
    return services


def many(count: int) -> list[Entries]:
    """Purchases p0, p1 and so on, all expired."""
    ledgers = []
    for number in range(count):
        ledger = Entries("expired")
        assert ledger.payment
        assert ledger.reservation
        ledger.payment |= {"purchase_id": f"p{number}", "payment_id": f"pi_{number}"}
        ledger.reservation = ledger.reservation | {"payment_id": f"pi_{number}"}
        ledger.notices = [notice("payment.expired", purchase_id=f"p{number}", payment_id=f"pi_{number}")]
        ledger.sagas = []
        ledgers.append(ledger)
    return ledgers


async def test_records_that_add_up_are_read_once() -> None:
    """Nothing is suspected: the whole is read in pages, each payment at the provider, and nobody again."""
    services = Services(*many(5))
    report = await audited(services)
    assert (report.purchases, report.ends, report.findings) == (5, {"expired": 5}, ())
    assert services.asked.count("payments /payments") == 3
    assert sum(asked.startswith("payments /payments/") for asked in services.asked) == 5


async def test_payments_are_read_last() -> None:
    """So nothing that was read can name a payment that Payments had not yet created."""
    services = Services(*many(1))
    await audited(services)
    names = [asked.split()[0] for asked in services.asked]
    assert names.index("payments") == len(names) - 2


async def test_no_records_at_all_add_up() -> None:
    """A new stack has nothing to find."""
    report = await audited(Services())
    assert (report.purchases, report.adds_up, report.sums) == (0, True, {})


async def test_the_providers_word_counts() -> None:
    """A refund by hand stands in no record: the look finds it, and the sums leave it out of the balance."""
    services = sold(Services(Entries("paid")))
    services.provider["pi_1"] = {"amount_refunded": 500}
    report = await audited(services)
    assert [found.rule for found in report.notes] == [Rule.BY_HAND]
    assert report.adds_up
    sums = report.sums["usd"]
    assert (sums.charged - sums.refunded, sums.delivered, sums.refunded_by_hand) == (1800, 1800, 500)


async def test_a_fault_that_stays_is_reported() -> None:
    """Seen at every look in the same way: the records are broken."""
    services = Services(broken("paid", offset=None))
    report = await audited(sold(services))
    assert [(found.rule, found.purchase_id) for found in report.faults] == [(Rule.NOT_DELIVERED, "p1")]
    assert not report.adds_up


async def test_a_suspect_that_was_only_read_at_a_bad_moment_is_none() -> None:
    """The notification arrives before the second look: nothing is said."""
    services = sold(Services(broken("paid", notices=[])))
    services.happen = [lambda: services.notices.append(notice("payment.success"))]
    report = await audited(services)
    assert report.findings == ()
    assert report.ends == {"paid": 1}


async def test_a_suspect_that_goes_on_changing_is_in_flight() -> None:
    """Different at each look: neither right nor broken yet, named apart, and no fault."""
    services = Services(broken("expired", payment={"status": "paid"}))

    def tell_more() -> None:
        services.notices.append(notice("payment.attempt_failed"))

    services.happen = [tell_more] * len(READ_AGAIN_S)
    report = await audited(services)
    assert report.adds_up
    assert report.in_flight == ("p1",)


async def test_a_suspect_is_looked_at_a_few_times_alone() -> None:
    """Each look reads this purchase's entries by name, and no other purchase's."""
    services = sold(Services(broken("paid", offset=None), *many(1)))
    await audited(services)
    looks = [asked for asked in services.asked if asked == "users /users/alice/offsets/pi_1"]
    assert len(looks) == len(READ_AGAIN_S)
    assert services.asked.count("projects /reservations/pi_0") == 0


async def test_a_purchase_that_opens_meanwhile_is_no_fault() -> None:
    """It was created after Temporal had told its list: the second look finds the saga."""
    services = Services(broken(None, sagas=[]))
    services.stock |= {"held": "1.500", "free": "98.500"}
    services.happen = [lambda: services.sagas_known.append(saga(MAIN))]
    report = await audited(services)
    assert (report.findings, report.ends) == ((), {"open": 1})


@pytest.mark.parametrize(
    ("record", "side", "rows"),
    [
        ("reservations", "Projects", [Entries("expired").reservation]),
        ("offsets", "Users", [Entries("paid").offset]),
        ("notices", "Notifier", [notice("payment.failed")]),
    ],
)
async def test_an_orphan_is_named(record: str, side: str, rows: list[Any]) -> None:
    """A row of a payment that Payments does not know is a fault, at both looks."""
    services = Services()
    setattr(services, record, rows)
    (found,) = (await audited(services)).faults
    assert (found.rule, found.side) == (Rule.ORPHAN, side)
    assert "pi_1" in found.line() or "p1" in found.line()


async def test_a_terminated_opening_is_named_though_no_service_knows_it() -> None:
    """Nothing is charged or held, but its buyer will never get an answer."""
    services = Services()
    services.sagas_known = [saga(MAIN, State.TERMINATED)]
    (found,) = (await audited(services)).faults
    assert (found.rule, found.workflow_id, found.purchase_id) == (Rule.SAGA_GONE, MAIN, "p1")


async def test_a_parked_saga_tells_why() -> None:
    """The reason is asked of its worker; without a worker it is still listed."""
    services = Services(broken(None, sagas=[saga(MAIN, parked=True)]))
    services.stock |= {"held": "1.500", "free": "98.500"}
    services.reasons[MAIN] = "no answer for 3 days"
    (found,) = (await audited(services)).parked
    assert found.says == "purchase/p1 waits for an operator: no answer for 3 days"
    services.reasons.clear()
    (found,) = (await audited(services)).parked
    assert "does not tell why" in found.says


async def test_stock_that_is_off_is_read_again_and_named() -> None:
    """The milestone is named after every reading has found the same."""
    services = Services(Entries("paid"))
    (found,) = (await audited(services)).faults
    assert (found.rule, found.purchase_id) == (Rule.STOCK, None)
    assert services.asked.count("projects /projects") == 3


async def test_stock_that_moves_is_read_until_it_stands_still() -> None:
    """A row that moved between the readings leaves a doubt, which the next reading settles."""
    services = sold(Services(Entries("paid")))
    assert services.reservations
    reserved = services.reservations[0] | {"status": "reserved"}
    final, services.reservations = services.reservations, [reserved]

    def sell(path: str) -> None:
        if path == "/projects":
            services.reservations = final

    services.before = sell
    report = await audited(services)
    assert report.adds_up
    assert all(each.exact for each in report.stock)
    assert services.asked.count("projects /projects") == 2


async def test_a_service_that_is_away_for_a_moment_is_asked_again() -> None:
    """Retry-After is respected, and the reading goes on."""
    services = Services(*many(1))
    failures = [httpx.Response(503, headers={"Retry-After": "1"}, json={}), httpx.Response(500)]
    services.before = lambda _: failures.pop() if failures else None
    assert (await audited(services)).adds_up


async def test_a_wrong_token_ends_the_audit_at_once() -> None:
    """A contract that is broken is not asked again."""
    services = Services(*many(1))
    services.before = lambda _: httpx.Response(401, json={})
    with pytest.raises(ContractBroken):
        await audited(services)
    assert len(services.asked) <= 4


async def test_one_purchase_alone() -> None:
    """Only its entries are read, by name, and the stock, which belongs to all, is left out."""
    services = Services(broken("paid", offset=None), *many(1))
    report = await Auditor(services.records(), services, lambda _: None, services.pause).report_of(["p1"])
    assert [(found.rule, found.purchase_id) for found in report.findings] == [(Rule.NOT_DELIVERED, "p1")]
    assert (report.ends, report.stock) == ({"paid": 1}, ())
    assert not [asked for asked in services.asked if "pi_0" in asked or asked.startswith("projects /projects")]


async def test_who_is_away_is_named() -> None:
    """A path alone would not say whose it is."""
    services = Services(*many(1))
    services.before = lambda path: httpx.Response(503, json={}) if path.startswith("/offsets") else None
    with pytest.raises(Unavailable, match="Users does not answer: GET /offsets: 503"):
        await audited(services)

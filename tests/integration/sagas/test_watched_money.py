"""Money that moves without a saga, or could: refunds by hand, disputes, authorisations that run out, a rolled key."""

import asyncio

import pytest

from audit.rules.findings import Rule
from tests.integration.hold import stopped
from tests.integration.sagas.buyers import RELEASE, BoughtPurchase, Buyers
from tests.integration.sagas.provider import SimulatedProvider
from tests.integration.temporal import TemporalServer
from tools.devstack.audit import audit_stack
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

COMMIT = "commit-offset"
RUNS_OUT = "payments_authorisation_expires_in_seconds_min"
A_WEEK_S = 7 * 24 * 3600


@pytest.fixture
def provider(battered: Stack, buyers: Buyers) -> SimulatedProvider:
    """That stack's provider."""
    return SimulatedProvider(battered, buyers.shop)


def delivered(buyers: Buyers) -> BoughtPurchase:
    """A paid purchase."""
    purchase = buyers.opened()
    buyers.pay(purchase)
    buyers.ended(purchase, "paid", None, by=purchase.success)
    return purchase


def found(stack: Stack, purchase: BoughtPurchase) -> dict[Rule, str]:
    """What the audit says of a purchase; none of it is a fault."""
    report = asyncio.run(audit_stack(stack.description))
    assert report.faults == ()
    return {each.rule: each.says for each in report.notes if each.purchase_id == purchase.purchase_id}


def test_a_dispute_is_open_until_the_bank_decides(battered: Stack, buyers: Buyers, provider: SimulatedProvider) -> None:
    """Both are learned by the events' looks; the audit tells an open dispute from a decided one."""
    purchase = delivered(buyers)
    before = provider.told()["payments_disputes_open"]
    charge = provider.charge_of(purchase.reference)
    dispute = provider.ask("POST", f"/simulator/charges/{charge}/dispute")
    provider.wait_until_recorded(purchase.purchase_id, disputed=True, disputes_open=1)
    assert provider.told()["payments_disputes_open"] == before + 1
    assert "disputes the charge" in found(battered, purchase)[Rule.DISPUTED]
    provider.ask("POST", f"/simulator/disputes/{dispute['id']}/close", data={"outcome": "won"})
    provider.wait_until_recorded(purchase.purchase_id, disputed=True, disputes_open=0)
    assert provider.told()["payments_disputes_open"] == before
    assert "has decided" in found(battered, purchase)[Rule.DISPUTED]


@pytest.mark.parametrize("told", [True, False])
def test_an_authorisation_that_runs_out_while_its_saga_stands_still(
    battered: Stack, engine: TemporalServer, buyers: Buyers, provider: SimulatedProvider, told: bool
) -> None:
    """Its end comes nearer for all to see; then the purchase fails, by the event or by the saga's own capture."""
    purchase = buyers.opened()
    with stopped(battered, "projects"):
        buyers.pay(purchase)
        engine.wait_until_held(purchase.success, COMMIT)
        assert 0 < provider.told()[RUNS_OUT] <= A_WEEK_S
        with provider.failing({} if told else {"webhooks": {"drop": 1}}):
            provider.ask("POST", f"/simulator/payment_intents/{purchase.reference}/expire")
            if told:
                provider.wait_until_recorded(purchase.purchase_id, status="canceled", capture_before=None)
            else:
                drops = lambda: provider.ask("GET", "/simulator/faults")["done"]["dropped"]  # noqa: E731
                Shop.until(drops, lambda dropped: dropped == 1, "the event of the payment's cancellation to be lost")
    shown = buyers.completed(purchase)
    assert shown["status"] == "failed"
    closed_by = buyers.shop.service("projects", f"/reservations/{purchase.payment_id}")["closed_by"]
    winner = closed_by.removesuffix(f"/{RELEASE}") if closed_by else purchase.success
    assert winner == purchase.success or told
    engine.wait_until_closed(purchase.success)
    assert RUNS_OUT not in provider.told()
    assert found(battered, purchase) == {}


def test_a_rolled_key_delays_and_refunds_nothing(
    battered: Stack, engine: TemporalServer, buyers: Buyers, provider: SimulatedProvider
) -> None:
    """401 from Stripe is no refusal: what is open waits until Payments has the new key, and then is delivered."""
    purchase = buyers.opened()
    with provider.failing({"answers": {"expire_key": 1}}):
        buyers.pay(purchase)
        engine.wait_until_retried(purchase.success)
        assert buyers.shown(purchase)["status"] in {"awaiting_payment", "processing"}
    buyers.ended(purchase, "paid", None, by=purchase.success)
    provider.wait_until_recorded(purchase.purchase_id, amount_captured=120, amount_refunded=0)

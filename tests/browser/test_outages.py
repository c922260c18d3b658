"""The network is cut, the shop is away: the page says so, tries again, and goes on where it was."""

import re

from playwright.sync_api import Route, expect

from tests.browser.checkout import CREEK, PAID
from tests.browser.conftest import Begin, Visit
from tests.browser.records import BuyerRecords
from tests.integration.hold import killed, stopped
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack


def test_offline_is_said_and_over_when_the_network_is_back(visit: Visit, records: BuyerRecords) -> None:
    """An order given while offline is sent once, by itself, when the network is back."""
    checkout = visit.enter()
    checkout.choose({CREEK: "1.5"})
    visit.context.set_offline(True)
    checkout.buy_button.click()
    expect(checkout.connection).to_contain_text("offline")
    assert records.purchases(visit.buyer) == []
    visit.context.set_offline(False)
    checkout.opened()
    expect(checkout.connection).to_be_hidden()
    checkout.pay()
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_offline_after_the_payment(visit: Visit, records: BuyerRecords) -> None:
    """What happens meanwhile is shown when the network is back."""
    checkout = visit.enter()
    checkout.buy()
    checkout.pay("Processing, then paid")
    checkout.sees("Waiting for your bank")
    visit.context.set_offline(True)
    expect(checkout.connection).to_contain_text("offline")
    assert records.completed(visit.buyer) == ["paid"]
    visit.context.set_offline(False)
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_a_shop_that_is_away_is_asked_again(begin: Begin, stack: Stack) -> None:
    """Temporal stands still and the intake answers 503: the page says when it tries again, and buys once in the end."""
    visit = begin(stack.description["processes"]["intake"]["url"])
    checkout = visit.enter()
    checkout.choose({CREEK: "1.5"})
    with stopped(stack, "temporal"):
        checkout.buy_button.click()
        expect(checkout.connection).to_contain_text(re.compile(r"trying again", re.IGNORECASE))
        expect(checkout.retry_button).to_be_visible()
    checkout.retry_button.click()
    expect(checkout.status).to_have_text("Choose how to pay")
    checkout.pay()
    checkout.sees(PAID)
    with Shop(stack.description) as shop:
        BuyerRecords(shop).paid_once(visit.buyer, 1800)


def test_the_intake_is_restarted_while_the_buyer_decides(begin: Begin, stack: Stack) -> None:
    """The page notices, waits, and goes on by itself."""
    visit = begin(stack.description["processes"]["intake"]["url"])
    checkout = visit.enter()
    with killed(stack, "intake"):
        expect(checkout.connection).to_contain_text(re.compile("does not answer", re.IGNORECASE))
    expect(checkout.connection).to_be_hidden(timeout=40_000)
    checkout.buy()
    checkout.pay()
    checkout.sees(PAID)


def test_a_shop_that_asks_for_patience_gets_it(visit: Visit, records: BuyerRecords) -> None:
    """429 with Retry-After: the page waits as long as it is told, says so, and the order goes through."""
    asked: list[str] = []

    def refuse_once(route: Route) -> None:
        if route.request.method != "POST" or asked:
            route.fallback()
            return
        asked.append(route.request.headers["idempotency-key"])
        route.fulfill(
            status=429,
            headers={"Retry-After": "2", "Content-Type": "application/problem+json"},
            json={"type": "https://buy-projects.example/problems/rate-limited", "title": "Rate limited", "status": 429},
        )

    checkout = visit.enter()
    checkout.page.route("**/purchases", refuse_once)
    checkout.choose({CREEK: "1.5"})
    with checkout.page.expect_request(lambda r: r.method == "POST" and bool(asked)) as again:
        checkout.buy_button.click()
        expect(checkout.connection).to_contain_text(re.compile(r"trying again", re.IGNORECASE))
    assert again.value.headers["idempotency-key"] == asked[0]
    checkout.opened()
    assert records.statuses(visit.buyer) == ["open"]

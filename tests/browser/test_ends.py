"""Purchases that end without a payment, and addresses that are nobody else's business."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.checkout import CREEK, PAID, Checkout
from tests.browser.conftest import Begin, Visit
from tests.browser.neighbours import intake_beside
from tests.browser.records import BuyerRecords
from tools.devstack.stack import Stack


def test_a_buyer_cancels(visit: Visit, records: BuyerRecords) -> None:
    """After a question the purchase is canceled at once; nothing is charged or held."""
    checkout = visit.enter()
    checkout.buy()
    checkout.page.get_by_role("button", name="Cancel purchase").click()
    dialog = checkout.page.get_by_role("dialog", name="Cancel this purchase?")
    dialog.get_by_role("button", name="Cancel purchase").click()
    checkout.sees("Canceled")
    assert records.completed(visit.buyer) == ["canceled"]
    records.nothing_held(visit.buyer)


def test_a_buyer_thinks_better_of_canceling(visit: Visit, records: BuyerRecords) -> None:
    """Keep it keeps it."""
    checkout = visit.enter()
    checkout.buy()
    dialog = checkout.page.get_by_role("dialog", name="Cancel this purchase?")
    checkout.page.get_by_role("button", name="Cancel purchase").click()
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    checkout.pay()
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_a_cancel_that_comes_too_late(visit: Visit, records: BuyerRecords) -> None:
    """Paid in another tab while this one still asks: nothing is canceled, and both show what was bought."""
    first, second = visit.enter(), visit.enter()
    purchase_id = first.buy()
    second.go(f"#/purchases/{purchase_id}")
    second.page.get_by_role("button", name="Cancel purchase").click()
    dialog = second.page.get_by_role("dialog", name="Cancel this purchase?")
    expect(dialog).to_be_visible()
    first.pay()
    first.sees(PAID)
    dialog.get_by_role("button", name="Cancel purchase").click()
    second.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_time_runs_out(begin: Begin, stack: Stack, records: BuyerRecords, tmp_path: Path) -> None:
    """At the deadline the page says that time is over, and how to begin again; nothing is charged or held."""
    with intake_beside(stack.description, tmp_path / "intake.log", RESERVATION_TTL="6") as hasty:
        visit = begin(hasty)
        checkout = visit.enter()
        checkout.buy()
        expect(checkout.page.get_by_role("timer")).to_have_text(re.compile("0:0[0-6]"))
        checkout.sees("Time is over")
        expect(checkout.pay_button).to_have_count(0)
        expect(checkout.page.get_by_role("button", name="Start again with the same items")).to_be_visible()
    assert records.completed(visit.buyer) == ["expired"]
    records.nothing_held(visit.buyer)


def test_another_buyers_purchase_is_not_there(visit: Visit, begin: Begin, stack: Stack) -> None:
    """Its address tells nothing but that there is no such purchase."""
    checkout = visit.enter()
    purchase_id = checkout.buy()
    stranger = begin(stack.description["processes"]["intake"]["url"]).enter(f"#/purchases/{purchase_id}")
    expect(stranger.page.get_by_role("main")).to_contain_text(re.compile("no such purchase|not found", re.IGNORECASE))
    expect(stranger.page.get_by_role("main")).not_to_contain_text("$18.00")
    expect(stranger.pay_button).to_have_count(0)


def test_a_token_that_is_over_asks_to_sign_in_and_goes_on(visit: Visit, records: BuyerRecords) -> None:
    """The shop does not know the buyer any more: the page asks to sign in, and then sends the order that was given."""
    checkout = visit.enter()
    checkout.choose({CREEK: "1.5"})
    let_the_token_be_over(checkout)
    checkout.buy_button.click()
    expect(checkout.page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    assert records.purchases(visit.buyer) == []
    checkout.page.goto("about:blank")
    checkout.page.goto(f"{visit.address}#token={visit.token}")
    checkout.opened()
    assert records.statuses(visit.buyer) == ["open"]


def test_another_buyer_does_not_get_the_order_that_waits(visit: Visit, records: BuyerRecords) -> None:
    """Who signs in as somebody else has not ordered anything."""
    before = len(records.purchases("bob"))
    checkout = visit.enter()
    checkout.choose({CREEK: "1.5"})
    let_the_token_be_over(checkout)
    checkout.buy_button.click()
    dialog = checkout.page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_role("button", name="Continue as bob").click()
    expect(checkout.page.get_by_role("banner")).to_contain_text("bob")
    expect(checkout.buy_button).to_be_visible()
    assert len(records.purchases("bob")) == before
    assert records.purchases(visit.buyer) == []


def let_the_token_be_over(checkout: Checkout) -> None:
    """The tab's token is one that the shop refuses from now on."""
    checkout.page.evaluate(
        """() => {
            const token = JSON.parse(sessionStorage.getItem('offset.token'));
            sessionStorage.setItem('offset.token', JSON.stringify(`${token}x`));
        }"""
    )
    checkout.page.reload()

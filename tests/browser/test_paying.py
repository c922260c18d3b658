"""Test cards, the bank's page, and what a declined card leads to."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.checkout import CREEK, PAID
from tests.browser.conftest import Begin, Visit
from tests.browser.records import BuyerRecords
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

# What the page must say of a decline, by the card that provokes it.
DECLINES = {
    "Insufficient funds": "not enough money",
    "Expired card": "expired",
}


def test_a_bank_that_takes_its_time_and_declines(visit: Visit, records: BuyerRecords) -> None:
    """The page leaves the waiting by itself, says that the card was declined, and another one pays."""
    checkout = visit.enter()
    checkout.buy()
    checkout.pay("Processing, then declined")
    checkout.sees("Waiting for your bank")
    checkout.sees("Choose how to pay")
    expect(checkout.page.get_by_role("alert")).to_contain_text(re.compile("declined", re.IGNORECASE))
    checkout.pay()
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_the_bank_approves(visit: Visit, records: BuyerRecords) -> None:
    """3-D Secure leads to the bank's page and back to the same purchase; the address keeps nothing of the detour."""
    checkout = visit.enter()
    purchase_id = checkout.buy()
    checkout.pay("3-D Secure")
    checkout.answer_the_bank("Approve")
    checkout.sees(PAID)
    assert checkout.page.url == f"{visit.address}#/purchases/{purchase_id}"
    records.paid_once(visit.buyer, 1800)


def test_the_buyer_declines_at_the_bank(visit: Visit, records: BuyerRecords) -> None:
    """The page says that the bank did not confirm, and another card pays the same purchase."""
    checkout = visit.enter()
    purchase_id = checkout.buy()
    checkout.pay("3-D Secure")
    checkout.answer_the_bank("Decline")
    expect(checkout.page.get_by_role("alert")).to_contain_text(re.compile("not approved", re.IGNORECASE))
    checkout.pay()
    checkout.sees(PAID)
    assert checkout.purchase_id == purchase_id
    records.paid_once(visit.buyer, 1800)


@pytest.mark.parametrize("button", ["Continue to your bank", "Use another card"])
def test_a_buyer_who_leaves_the_bank_may_go_on(visit: Visit, records: BuyerRecords, button: str) -> None:
    """Back from the bank without an answer, the same purchase offers the bank again, and another card does as well."""
    checkout = visit.enter()
    checkout.buy()
    checkout.pay("3-D Secure")
    expect(checkout.page.get_by_role("button", name="Approve")).to_be_visible()
    checkout.page.go_back()
    checkout.page.get_by_role("button", name=button).click()
    if button == "Continue to your bank":
        checkout.answer_the_bank("Approve")
    else:
        checkout.pay()
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


@pytest.mark.parametrize("card", DECLINES)
def test_a_declined_card_explains_itself_and_another_one_pays(visit: Visit, records: BuyerRecords, card: str) -> None:
    """The reason is told, the purchase stays open, and it is paid once."""
    checkout = visit.enter()
    purchase_id = checkout.buy()
    checkout.pay(card)
    expect(checkout.page.get_by_role("alert")).to_contain_text(re.compile(DECLINES[card], re.IGNORECASE))
    checkout.pay()
    checkout.sees(PAID)
    assert checkout.purchase_id == purchase_id
    records.paid_once(visit.buyer, 1800)


def test_where_one_attempt_is_all_a_decline_starts_again(rough: Stack, begin: Begin) -> None:
    """The decline is explained and ends the purchase; the same items are in the form again, and are bought."""
    visit = begin(rough.description["processes"]["intake"]["url"])
    checkout = visit.enter()
    failed = checkout.buy()
    checkout.pay("Insufficient funds")
    checkout.sees("Payment failed")
    expect(checkout.page.get_by_role("main")).to_contain_text(re.compile("not enough money", re.IGNORECASE))
    checkout.page.get_by_role("button", name="Start again with the same items").click()
    expect(checkout.quantity(CREEK)).to_have_value("1.5")
    checkout.buy_button.click()
    again = checkout.opened()
    assert again != failed
    checkout.pay()
    checkout.sees(PAID)
    with Shop(rough.description) as shop:
        assert sorted(BuyerRecords(shop).completed(visit.buyer, 2)) == ["failed", "paid"]

"""Money, quantities and times as the visitor writes them."""

import pytest
from playwright.sync_api import expect

from tests.browser.checkout import CREEK, PAID
from tests.browser.conftest import Begin
from tests.browser.records import BuyerRecords
from tools.devstack.stack import Stack

# Locale, what is typed for 1234.5 tCO2e, and how 1234.5 tonnes at 12 dollars are written there.
WRITTEN = [
    ("de-DE", "1234,5", "14.814,00\u00a0$"),
    ("fr-FR", "1234,5", "14\u202f814,00\u00a0$US"),
]


@pytest.mark.parametrize("written", WRITTEN, ids=[written[0] for written in WRITTEN])
def test_a_purchase_in_the_visitors_own_writing(
    begin: Begin, stack: Stack, records: BuyerRecords, written: tuple[str, str, str]
) -> None:
    """The decimal mark that people there type is understood, and money is written as they write it."""
    locale, typed, total = written
    visit = begin(stack.description["processes"]["intake"]["url"], locale=locale)
    checkout = visit.enter()
    checkout.choose({CREEK: typed})
    expect(checkout.total).to_have_text(total)
    checkout.buy_button.click()
    checkout.opened()
    expect(checkout.pay_button).to_have_text(f"Pay {total}")
    checkout.pay()
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1_481_400)


def test_a_quantity_that_could_mean_two_things_is_asked_about(begin: Begin, stack: Stack) -> None:
    """1,500 is fifteen hundred to some and one and a half to others: nothing is guessed."""
    visit = begin(stack.description["processes"]["intake"]["url"], locale="en-US")
    checkout = visit.enter()
    checkout.choose({CREEK: "1,500"})
    checkout.buy_button.click()
    expect(checkout.quantity(CREEK)).to_have_attribute("aria-invalid", "true")

"""The shop says no: the page shows the new numbers and keeps what was typed."""

import re
import sqlite3
from contextlib import closing

from playwright.sync_api import expect

from tests.browser.checkout import CREEK, HOUSEHOLDS, PAID
from tests.browser.conftest import Visit
from tests.browser.records import BuyerRecords
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack

# 5 tCO2e in all, 20 dollars each.
LAST_TONNES = "Pilot dam, last tonnes"
# Nobody else buys it: its price changes here. 3.50 dollars each.
TURBINES = "Turbines 13 to 24"


def set_price(stack: Stack, milestone_id: str, unit_amount: int) -> None:
    """Projects sells at another price from now on (minor units per tCO2e)."""
    with closing(sqlite3.connect(stack.data / "projects.db", timeout=10)) as database, database:
        database.execute("UPDATE milestones SET unit_amount = ? WHERE milestone_id = ?", (unit_amount, milestone_id))


def test_sold_out_shows_what_is_left_and_keeps_the_form(visit: Visit, shop: Shop, records: BuyerRecords) -> None:
    """Somebody was faster: the page tells the new stock, the buyer takes less and pays."""
    checkout = visit.enter()
    # The page shall not learn of it before the buyer's click.
    checkout.page.route("**/projects*", lambda route: route.abort())
    checkout.choose({LAST_TONNES: "2", HOUSEHOLDS: "1"})
    taken = shop.open([item(shop.milestones()["peatland-1"], "4.500")], 9_000, buyer="alice")
    assert taken.status_code == 201, taken.text
    checkout.page.unroute("**/projects*")
    checkout.buy_button.click()
    expect(checkout.refusal).to_contain_text("sold meanwhile")
    expect(checkout.page.get_by_text("Only 0.5 tCO₂e are left.")).to_be_visible()
    expect(checkout.quantity(LAST_TONNES)).to_have_value("2")
    expect(checkout.quantity(HOUSEHOLDS)).to_have_value("1")
    records.nothing_held(visit.buyer)
    checkout.choose({LAST_TONNES: "0.5"})
    checkout.buy_button.click()
    checkout.opened()
    checkout.pay()
    checkout.sees(PAID)
    assert records.completed(visit.buyer) == ["paid"]


def test_a_changed_price_is_shown_and_agreed_to(visit: Visit, stack: Stack, records: BuyerRecords) -> None:
    """The page tells the new price and total, keeps the form, and buys at the new price only after another click."""
    checkout = visit.enter()
    checkout.page.route("**/projects*", lambda route: route.abort())
    checkout.choose({TURBINES: "10"})
    expect(checkout.total).to_have_text("$35.00")
    set_price(stack, "wind-2", 400)
    checkout.page.unroute("**/projects*")
    checkout.buy_button.click()
    expect(checkout.refusal).to_contain_text("$40.00")
    expect(checkout.total).to_have_text("$40.00")
    expect(checkout.quantity(TURBINES)).to_have_value("10")
    records.nothing_held(visit.buyer)
    checkout.buy_button.click()
    checkout.opened()
    checkout.pay()
    checkout.sees(PAID)
    assert records.completed(visit.buyer) == ["paid"]
    assert [payment["amount_captured"] for payment in records.purchases(visit.buyer) if payment["amount_captured"]] == [
        4000
    ]


def test_too_many_open_purchases(visit: Visit, shop: Shop, stack: Stack) -> None:
    """Five are held for a buyer at most: the page says so, and keeps the form."""
    shop.stack = {**stack.description, "buyers": {visit.buyer: visit.token}}
    for _ in range(5):
        answer = shop.open([item(shop.milestones()["mangrove-1"], "1")], 900, buyer=visit.buyer)
        assert answer.status_code == 201, answer.text
    checkout = visit.enter()
    checkout.choose({CREEK: "1.5"})
    checkout.buy_button.click()
    expect(checkout.refusal).to_contain_text(re.compile(r"\b(5|five)\b"))
    expect(checkout.quantity(CREEK)).to_have_value("1.5")


def test_two_currencies_make_two_purchases(visit: Visit, records: BuyerRecords) -> None:
    """Dollars and euros do not go into one order; the page says it before anything is sent."""
    checkout = visit.enter()
    checkout.choose({CREEK: "1", "Canopy closed": "1"})
    checkout.buy_button.click()
    expect(checkout.page.get_by_text("one currency at a time")).to_be_visible()
    expect(checkout.order).to_contain_text("Please correct")
    assert records.purchases(visit.buyer) == []

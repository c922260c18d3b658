"""A person chooses, pays, watches, and finds it again."""

import re

from playwright.sync_api import Route, expect

from tests.browser.checkout import CREEK, HOUSEHOLDS, PAID
from tests.browser.conftest import Visit
from tests.browser.records import BuyerRecords
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack

# 1.5 tCO2e at 12 dollars and 2 at 6.
TOTAL = "$30.00"


def test_several_milestones_are_bought_at_once(visit: Visit, records: BuyerRecords) -> None:
    """Choose quantities, see the total, pay, and see them paid and delivered."""
    checkout = visit.enter()
    checkout.choose({CREEK: "1.5", HOUSEHOLDS: "2"})
    expect(checkout.total).to_have_text(TOTAL)
    checkout.buy_button.click()
    checkout.opened()
    expect(checkout.pay_button).to_have_text(f"Pay {TOTAL}")
    checkout.pay()
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 3000)


def test_who_is_signed_out_signs_in_and_goes_on(visit: Visit) -> None:
    """Choosing needs no account: Buy asks who it is, and goes on with what was chosen."""
    checkout = visit.tab()
    checkout.go("#/")
    checkout.choose({HOUSEHOLDS: "1"})
    checkout.buy_button.click()
    checkout.page.get_by_role("dialog", name="Sign in").get_by_role("button", name="Continue as bob").click()
    checkout.opened()
    expect(checkout.page.get_by_role("main")).to_contain_text(HOUSEHOLDS)


def test_the_opening_is_shown_while_it_lasts(visit: Visit) -> None:
    """Between the click and the answer the page says what is going on."""
    checkout = visit.enter()
    held: list[Route] = []
    checkout.page.route(
        "**/purchases", lambda route: held.append(route) if route.request.method == "POST" else route.fallback()
    )
    checkout.choose({CREEK: "1"})
    checkout.buy_button.click()
    checkout.sees("Opening your purchase")
    held[0].continue_()
    checkout.opened()


def test_stock_is_live(visit: Visit, shop: Shop) -> None:
    """Each milestone shows its price and its stock; what another buyer takes is gone without a reload."""
    checkout = visit.enter()
    article = checkout.page.get_by_role("article").filter(has_text="Mangrove restoration, Gazi Bay")
    expect(article).to_contain_text("$12.00 per tCO₂e")
    full = checkout.page.get_by_text("1,000,000 tCO₂e available")
    milestones = shop.milestones()
    before = sum(each["free"] == "1000000.000" for each in milestones.values())
    expect(full).to_have_count(before)
    milestone = milestones["wind-2"]
    answer = shop.open([item(milestone, "250000")], 250_000 * milestone["unit_amount"], buyer="bob")
    assert answer.status_code == 201, answer.text
    expect(checkout.page.get_by_text("750,000 tCO₂e available")).to_be_visible()
    expect(full).to_have_count(before - 1)


def test_the_buttons_change_the_quantity_by_a_tonne(visit: Visit) -> None:
    """More and less, and never below nothing."""
    checkout = visit.enter()
    more = checkout.page.get_by_role("button", name=f"More of {CREEK}")
    less = checkout.page.get_by_role("button", name=f"Less of {CREEK}")
    more.click()
    more.click()
    expect(checkout.quantity(CREEK)).to_have_value("2")
    expect(checkout.total).to_have_text("$24.00")
    less.click()
    less.click()
    expect(checkout.quantity(CREEK)).to_have_value(re.compile("^0?$"))
    less.click(force=True)
    expect(checkout.quantity(CREEK)).to_have_value(re.compile("^0?$"))


def test_a_quantity_that_cannot_be_bought_is_explained_at_its_field(visit: Visit, records: BuyerRecords) -> None:
    """The field is marked and described, and nothing is sent; what is a quantity: test_modules.py."""
    checkout = visit.enter()
    checkout.choose({CREEK: "abc"})
    checkout.buy_button.click()
    field = checkout.quantity(CREEK)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = (field.get_attribute("aria-describedby") or "").split()
    told = " ".join(checkout.page.locator(f"#{name}").inner_text() for name in described)
    assert told.strip()
    expect(field).to_have_value("abc")
    assert records.purchases(visit.buyer) == []


def test_the_timeline_and_the_countdown_are_live(visit: Visit) -> None:
    """The time left runs down while the buyer decides; after the payment each step is ticked off, without a reload."""
    checkout = visit.enter()
    checkout.buy()
    timer = checkout.page.get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"29:5\d"))
    first = timer.inner_text()
    expect(timer).not_to_have_text(first)
    checkout.pay("Processing, then paid")
    checkout.sees("Waiting for your bank")
    expect(checkout.pay_button).to_have_count(0)
    checkout.sees(PAID)
    steps = checkout.page.get_by_role("list", name="Timeline").get_by_role("listitem")
    for step in ("Order opened", "Payment", "Paid", "Delivered"):
        expect(steps.filter(has_text=step).first).to_be_visible()
    expect(timer).to_have_count(0)


def test_the_history_lists_purchases_newest_first(visit: Visit) -> None:
    """Each with its amount and how it ended, and a link to all of it."""
    checkout = visit.enter()
    checkout.buy(CREEK, "1")
    checkout.pay()
    checkout.sees(PAID)
    checkout.go("#/")
    checkout.buy(HOUSEHOLDS, "3")
    checkout.pay()
    checkout.sees(PAID)
    newest = checkout.purchase_id
    checkout.page.get_by_role("navigation", name="Main").get_by_role("link", name="Purchases").click()
    links = checkout.page.get_by_role("main").get_by_role("list").get_by_role("link")
    expect(links).to_have_count(2)
    expect(links.nth(0)).to_contain_text("$18.00")
    expect(links.nth(1)).to_contain_text("$12.00")
    links.nth(0).click()
    checkout.sees(PAID)
    assert checkout.purchase_id == newest


def test_a_long_history_comes_page_by_page(visit: Visit, shop: Shop, stack: Stack, records: BuyerRecords) -> None:
    """Ten at a time, and more on request until the first one."""
    shop.stack = {**stack.description, "buyers": {visit.buyer: visit.token}}
    milestone = shop.milestones()["mangrove-1"]
    for number in range(1, 12):
        answer = shop.open([item(milestone, "1")], 900, buyer=visit.buyer).json()
        shop.pay(answer)
        records.completed(visit.buyer, number)
    checkout = visit.enter("#/purchases")
    links = checkout.page.get_by_role("main").get_by_role("list").get_by_role("link")
    expect(links).to_have_count(10)
    checkout.page.get_by_role("button", name="Show more").click()
    expect(links).to_have_count(11)
    expect(checkout.page.get_by_role("button", name="Show more")).to_have_count(0)

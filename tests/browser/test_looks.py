"""It looks like a product: for everybody, on every screen, without a jump."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.checkout import CREEK, PAID, Checkout
from tests.browser.conftest import Begin, Visit
from tools.devstack.stack import Stack

Show = Callable[[Checkout], None]

PHONE: ViewportSize = {"width": 375, "height": 812}
DESK: ViewportSize = {"width": 1440, "height": 900}

# 0.01: a tenth of what counts as good (Web Vitals, "Cumulative Layout Shift").
SHIFT_MAX = 0.01
COUNT_SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) {
        if (!entry.hadRecentInput) window.shifts.push({value: entry.value, at: entry.startTime,
            what: entry.sources.map(source => source.node?.outerHTML?.slice(0, 120) ?? source.node?.textContent)});
    }
}).observe({type: 'layout-shift', buffered: true});
"""


def projects(checkout: Checkout) -> None:
    """The projects, with something chosen."""
    checkout.choose({CREEK: "1.5"})
    expect(checkout.total).to_have_text("$18.00")


def wrong(checkout: Checkout) -> None:
    """A field that is wrong."""
    checkout.choose({CREEK: "many"})
    checkout.buy_button.click()
    expect(checkout.quantity(CREEK)).to_have_attribute("aria-invalid", "true")


def paying(checkout: Checkout) -> None:
    """A purchase to be paid."""
    checkout.buy()


def declined(checkout: Checkout) -> None:
    """A card that was declined."""
    checkout.buy()
    checkout.pay("Declined")
    expect(checkout.page.get_by_role("alert")).to_be_visible()


def canceling(checkout: Checkout) -> None:
    """A dialog."""
    checkout.buy()
    checkout.page.get_by_role("button", name="Cancel purchase").click()
    expect(checkout.page.get_by_role("dialog")).to_be_visible()


def bank(checkout: Checkout) -> None:
    """The bank's page."""
    checkout.buy()
    checkout.pay("3-D Secure")
    expect(checkout.page.get_by_role("button", name="Approve")).to_be_visible()


def delivered(checkout: Checkout) -> None:
    """A purchase that is done."""
    checkout.buy()
    checkout.pay()
    checkout.sees(PAID)


def history(checkout: Checkout) -> None:
    """The list of purchases."""
    checkout.buy()
    checkout.go("#/purchases")
    expect(checkout.page.get_by_role("main").get_by_role("list").get_by_role("link")).to_have_count(1)


def nothing_yet(checkout: Checkout) -> None:
    """The list of purchases of who has bought nothing."""
    checkout.go("#/purchases")
    expect(checkout.page.get_by_role("heading", level=1, name="Your purchases")).to_be_visible()


def signing_in(checkout: Checkout) -> None:
    """The dialog to sign in."""
    checkout.page.get_by_role("button", name="Sign out").click()
    checkout.page.get_by_role("button", name="Sign in").click()
    expect(checkout.page.get_by_role("dialog", name="Sign in")).to_be_visible()


def offline(checkout: Checkout) -> None:
    """A notice."""
    checkout.choose({CREEK: "1.5"})
    checkout.page.context.set_offline(True)
    checkout.buy_button.click()
    expect(checkout.connection).to_contain_text("offline")


VIEWS: tuple[Show, ...] = (
    projects,
    wrong,
    paying,
    declined,
    canceling,
    bank,
    delivered,
    history,
    nothing_yet,
    signing_in,
    offline,
)


@pytest.mark.parametrize("show", VIEWS, ids=lambda show: show.__name__)
def test_every_view_is_accessible_and_fits(visit: Visit, show: Show) -> None:
    """Axe finds nothing in light and dark, on a phone and on a desk, and nothing is wider than the screen."""
    checkout = visit.enter()
    show(checkout)
    checkout.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    checkout.page.set_viewport_size(PHONE)
    assert violations(checkout.page) == []
    assert overflow(checkout.page) == []
    checkout.page.emulate_media(color_scheme="dark")
    checkout.page.set_viewport_size(DESK)
    assert violations(checkout.page) == []
    assert overflow(checkout.page) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_jumps_on_the_way_through_a_purchase(begin: Begin, stack: Stack, size: ViewportSize) -> None:
    """From the first paint to the delivery the layout shifts by less than a tenth of what counts as good."""
    visit = begin(stack.description["processes"]["intake"]["url"], viewport=size)
    visit.context.add_init_script(COUNT_SHIFTS)
    checkout = visit.enter()
    # Typed as a person types: what moves right under their hands is no surprise to them.
    checkout.quantity(CREEK).press_sequentially("1.5")
    checkout.buy_button.click()
    checkout.opened()
    checkout.pay("Processing, then paid")
    checkout.sees(PAID)
    checkout.go("#/purchases")
    expect(checkout.page.get_by_role("main").get_by_role("list").get_by_role("link")).to_have_count(1)
    shifts = checkout.page.evaluate("window.shifts")
    assert sum(shift["value"] for shift in shifts) < SHIFT_MAX, shifts


def test_who_wants_no_motion_gets_none(begin: Begin, stack: Stack) -> None:
    """With reduced motion nothing on any view is animated or moves into place."""
    visit = begin(stack.description["processes"]["intake"]["url"], reduced_motion="reduce")
    checkout = visit.enter()
    checkout.buy()
    moving = """[...document.querySelectorAll('*')].filter(element => {
        const style = getComputedStyle(element);
        const longest = text => Math.max(...text.split(',').map(parseFloat));
        return (style.animationName !== 'none' && longest(style.animationDuration) > 0.001)
            || longest(style.transitionDuration) > 0.001;
    }).map(element => element.outerHTML.slice(0, 120))"""
    assert checkout.page.evaluate(moving) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_follow_the_visitors_scheme(begin: Begin, stack: Stack, scheme: str) -> None:
    """A dark page for who has a dark screen."""
    visit = begin(stack.description["processes"]["intake"]["url"], color_scheme=scheme)
    checkout = visit.enter()
    ground = checkout.page.evaluate(
        "[document.body, document.documentElement].map(e => getComputedStyle(e).backgroundColor)"
        ".find(c => !/, 0\\)$/.test(c))"
    )
    brightness = sum(int(part) for part in ground.removeprefix("rgb(").rstrip(")").split(",")[:3])
    assert (brightness > 382) == (scheme == "light"), ground


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe complains about, and where."""
    results = Axe().run(page)
    return [
        {"rule": found["id"], "where": [(node["target"], node.get("failureSummary")) for node in found["nodes"]]}
        for found in results.response["violations"]
    ]


def overflow(page: Page) -> list[str]:
    """What makes the page wider than the screen."""
    wide: list[str] = page.evaluate(
        """document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
            .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
            .map(element => element.outerHTML.slice(0, 120))"""
    )
    return wide

"""Without a mouse, and by ear."""

import re

from playwright.sync_api import Page, expect

from tests.browser.checkout import CREEK, PAID
from tests.browser.conftest import Visit
from tests.browser.records import BuyerRecords

# More presses than the page has controls: the focus is lost.
PRESSES_MAX = 80

FOCUSED = """(() => {
    const element = document.activeElement;
    return {name: element.getAttribute('aria-label') || element.labels?.[0]?.textContent || element.textContent,
            tag: element.tagName, ring: getComputedStyle(element).outlineStyle !== 'none'
                || getComputedStyle(element).boxShadow !== 'none'};
})()"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until that control has the focus; every stop on the way can be seen."""
    for _ in range(PRESSES_MAX):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["tag"] == "BODY":
            continue
        assert focused["ring"], f"nobody sees that {focused} has the focus"
        if re.search(name, focused["name"]):
            return
    raise AssertionError(f"Tab does not come to {name!r}")


def test_a_purchase_by_keyboard_alone(visit: Visit, records: BuyerRecords) -> None:
    """Tab, digits, Enter, Space and the arrows are enough, and the focus is always to be seen."""
    checkout = visit.enter()
    page = checkout.page
    tab_to(page, f"Quantity of {CREEK}")
    page.keyboard.type("1.5")
    tab_to(page, "^Buy$")
    page.keyboard.press("Enter")
    checkout.opened()
    page.get_by_role("radio").first.wait_for()
    for _ in range(PRESSES_MAX):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="Succeeds", exact=True)).to_be_checked()
    tab_to(page, "^Pay ")
    page.keyboard.press("Enter")
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_the_focus_goes_with_the_view(visit: Visit) -> None:
    """A new view's heading has the focus, and the title names it, so that a screen reader reads on from there."""
    checkout = visit.enter()
    checkout.page.get_by_role("navigation", name="Main").get_by_role("link", name="Purchases").click()
    heading = checkout.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Your purchases")
    expect(heading).to_be_focused()
    expect(checkout.page).to_have_title(re.compile("^Your purchases"))
    checkout.page.get_by_role("navigation", name="Main").get_by_role("link", name="Projects").click()
    checkout.buy()
    expect(heading).to_have_text("Your purchase")
    expect(heading).to_be_focused()
    expect(checkout.page).to_have_title(re.compile("^Choose how to pay"))


def test_a_dialog_keeps_the_focus_and_gives_it_back(visit: Visit) -> None:
    """Tab stays inside, Escape closes, and the focus is where it was."""
    checkout = visit.enter()
    checkout.buy()
    opener = checkout.page.get_by_role("button", name="Cancel purchase")
    opener.focus()
    checkout.page.keyboard.press("Enter")
    dialog = checkout.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(6):
        checkout.page.keyboard.press("Tab")
        inside = "document.activeElement === document.body || !!document.activeElement.closest('dialog, [role=dialog]')"
        assert checkout.page.evaluate(inside)
    checkout.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_changes_are_said_aloud(visit: Visit) -> None:
    """What changes without the reader's doing stands in a live region; who has pressed goes on at the result."""
    reader, other = visit.enter(), visit.enter()
    purchase_id = reader.buy()
    reader.page.evaluate(
        """() => {
            window.said = [];
            for (const region of document.querySelectorAll('[aria-live]'))
                new MutationObserver(() => window.said.push(region.textContent)).observe(region, {childList: true});
        }"""
    )
    other.go(f"#/purchases/{purchase_id}")
    other.pay("Processing, then paid")
    reader.sees(PAID)
    assert PAID in reader.page.evaluate("window.said")
    other.sees(PAID)
    expect(other.status).to_be_focused()

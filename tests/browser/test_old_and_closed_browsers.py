"""The page in browsers that lack something, or that have it blocked."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.checkout import PAID
from tests.browser.conftest import Begin
from tools.devstack.stack import Stack

# What a browser runs before the page's own scripts, and so is without.
LOCALES = """Object.defineProperty(navigator, "languages", {get: () => ["en_US.UTF-8", "de-DE@posix", "C", "*"]})"""
NO_LANGUAGES = """Object.defineProperty(navigator, "languages", {get: () => undefined})"""
NO_CHANNEL = """globalThis.BroadcastChannel = class { constructor() { throw new DOMException("", "SecurityError") } }"""
NO_LOCKS = """if (globalThis.LockManager)
    LockManager.prototype.request = () => Promise.reject(new DOMException("", "SecurityError"))"""
NO_ANY = "delete AbortSignal.any; delete AbortSignal.timeout; delete URL.canParse"
BLOCKED = """for (const area of ["localStorage", "sessionStorage"])
    Object.defineProperty(globalThis, area, {get: () => { throw new DOMException("", "SecurityError") }})"""
ABSENT = """for (const area of ["localStorage", "sessionStorage"])
    Object.defineProperty(globalThis, area, {get: () => null})"""

OLD = "This browser is too old for the shop."
BROKEN = "The shop could not be loaded."


@pytest.mark.parametrize("lacks", [LOCALES, NO_LANGUAGES, NO_CHANNEL, NO_LOCKS, NO_ANY], ids=lambda lacks: lacks[:40])
def test_a_purchase_where_an_optional_feature_is_missing(begin: Begin, stack: Stack, lacks: str) -> None:
    """Names of languages that are no tags, no channel between tabs, no locks, no young helpers: buying goes on."""
    visit = begin(stack.description["processes"]["intake"]["url"])
    visit.context.add_init_script(lacks)
    checkout = visit.enter()
    checkout.buy()
    checkout.pay()
    checkout.sees(PAID)


@pytest.mark.parametrize("blocks", [BLOCKED, ABSENT], ids=["throws", "absent"])
def test_blocked_storage_is_told_when_somebody_buys(begin: Begin, stack: Stack, blocks: str) -> None:
    """The shop is shown and the visitor signs in; an order whose key cannot be kept is not sent."""
    visit = begin(stack.description["processes"]["intake"]["url"])
    visit.context.add_init_script(f"{NO_CHANNEL}; {NO_LOCKS}; {blocks}")
    checkout = visit.enter()
    checkout.choose({"First growth verified, southern creek": "1.5"})
    checkout.buy_button.click()
    expect(checkout.refusal).to_contain_text("Your browser stores nothing for this page.")


@pytest.fixture
def bare(chromium: Browser) -> Iterator[Page]:
    """A page that nobody watches for faults: it is there to break."""
    with chromium.new_page(locale="en-US") as page:
        yield page


def test_a_browser_that_is_too_old_is_told_so(bare: Page, stack: Stack) -> None:
    """A sentence with the names of those that are new enough, in place of an empty page."""
    bare.add_init_script("delete Array.prototype.findLast")
    bare.goto(f"{stack.description['processes']['intake']['url']}/shop/")
    expect(bare.get_by_role("alert")).to_contain_text(OLD)


@pytest.mark.parametrize("name", ["main.js", "views/shop.js"])
@pytest.mark.parametrize(
    "fate",
    [
        lambda route: route.abort(),
        lambda route: route.fulfill(status=404, body="", content_type="text/html"),
        lambda route: route.fulfill(body="][", content_type="text/javascript"),
        lambda route: route.fulfill(body="throw new Error('at once')", content_type="text/javascript"),
    ],
    ids=["lost", "not found", "cut", "throws"],
)
def test_a_module_that_does_not_load_never_leaves_an_empty_page(
    bare: Page, stack: Stack, name: str, fate: object
) -> None:
    """Lost, missing, cut off or throwing: the visitor reads what has happened, and can load the page again."""

    def answer(route: Route) -> None:
        fate(route)  # type: ignore[operator]

    bare.route(f"**/js/{name}", answer)
    bare.goto(f"{stack.description['processes']['intake']['url']}/shop/")
    expect(bare.get_by_role("alert")).to_contain_text(BROKEN)
    bare.unroute(f"**/js/{name}")
    bare.get_by_role("link", name="Load the page again").click()
    expect(bare.get_by_role("button", name="Buy", exact=True)).to_be_visible()


def test_a_page_whose_start_is_lost_says_what_to_do(bare: Page, stack: Stack) -> None:
    """Even without any script there is a sentence."""
    bare.route("**/js/boot.js", lambda route: route.abort())
    bare.goto(f"{stack.description['processes']['intake']['url']}/shop/")
    expect(bare.get_by_role("main")).to_contain_text("load the page again")

"""The page /docs: what it shows, and that it needs no host but its own."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tools.devstack.stack import Stack


def test_the_documents_page_shows_every_route(visit: Visit, stack: Stack) -> None:
    """Every operation is there; the content policy is kept, and no other host is asked (the visit's watch)."""
    page = _opened(visit, stack)
    shown = page.locator(".opblock-summary-path")
    expect(shown.filter(has_text="/purchases/{purchase_id}/cancel")).to_be_visible()
    expect(shown).to_have_count(_operations(page))


def test_a_route_shows_its_problems_and_can_be_tried(visit: Visit, stack: Stack) -> None:
    """A reader sees each refusal with its example, and asks the intake from the page itself."""
    page = _opened(visit, stack)
    page.get_by_role("button", name="GET /config", exact=False).first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table")).to_contain_text("publishable_key")
    page.locator("#operations-Purchases-openPurchase").click()
    expect(page.locator("#operations-Purchases-openPurchase")).to_contain_text("price-changed")


def _opened(visit: Visit, stack: Stack) -> Page:
    page = visit.context.new_page()
    page.goto(f"{stack.description['processes']['intake']['url']}/docs")
    return page


def _operations(page: Page) -> int:
    document = page.request.get(page.url.replace("/docs", "/openapi.json")).json()
    return sum(len(methods) for methods in document["paths"].values())

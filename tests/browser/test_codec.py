"""Temporal's own web UI with encrypted purchases: what those see who have signed in at the codec server, and others."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack

# What everybody can read who has the repository: development's token.
TOKEN = "development-codec-token"
QUANTITY = "0.500"
# The last one: visits to the checkout page take the buyers from the first one on.
BUYER = "load-999"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser in which nobody has signed in; the UI shows all of it at once on a large screen."""
    context = chromium.new_context(viewport={"width": 1600, "height": 1600})
    context.set_default_timeout(PATIENCE_S * 1000)
    yield context.new_page()
    context.close()


@pytest.fixture
def link(shop: Shop) -> str:
    """Where the UI shows a purchase that is paid."""
    milestone = next(iter(shop.milestones().values()))
    opened = shop.open([item(milestone, QUANTITY)], milestone["unit_amount"] // 2, buyer=BUYER)
    answer = opened.raise_for_status().json()
    shop.pay(answer).raise_for_status()
    assert shop.completed(answer["purchase_id"], buyer=BUYER)["status"] == "paid"
    return shop.ui_link(f"purchase/{answer['purchase_id']}")


def test_only_who_has_signed_in_sees_purchases_in_clear(stack: Stack, page: Page, link: str) -> None:
    """A stranger sees cipher text; signed in, inputs, results, summaries and memo in clear; signed out, none again."""
    codec = stack.description["processes"]["codec_server"]["url"]
    _see_cipher_text(page, link)

    _sign_in(page, codec)
    _let_the_ui_send_the_cookie(page, stack)
    page.goto(link)
    # The input and the result, the summary of a step, and the memo on a page of its own.
    _see(page.get_by_text('"buyer_id"').first)
    _see(page.get_by_text('"quantity"').first)
    _see(page.get_by_text(f"Reserve {QUANTITY} tCO2e").first)
    page.get_by_role("tab", name="Memo").click()
    _see(page.get_by_text('"reservation_ttl_s"'))
    _see(page.get_by_text('"quantity"'))

    page.goto(codec)
    page.get_by_role("button", name="Sign out").click()
    _see(page.get_by_label("Your token"))
    _see_cipher_text(page, link)
    log = stack.log("codec_server").read_text()
    assert "payloads for developer, namespace default, keys browser" in log


def _see(shown: Locator) -> None:
    expect(shown).to_be_visible(timeout=PATIENCE_S * 1000)


def _sign_in(page: Page, codec: str, token: str = TOKEN) -> None:
    page.goto(codec)
    page.get_by_label("Your token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    _see(page.get_by_role("status").or_(page.get_by_role("alert")))


def _see_cipher_text(page: Page, link: str) -> None:
    page.goto(link)
    # The input, the result: as Temporal has them.
    _see(page.get_by_text('"encryption-key-id"').first)
    _see(page.locator("#content").get_by_text("Codec Server could not connect"))
    # By now the page has shown all that it will: its steps are drawn.
    _see(page.get_by_text("reserve-offset").first)
    shown = page.inner_text("body")
    assert not any(word in shown for word in ("buyer_id", "tCO2e", QUANTITY, "Reserve "))


def _let_the_ui_send_the_cookie(page: Page, stack: Stack) -> None:
    """As docs/privacy.md tells, on a page that has nothing to decode; the panel scrolls, so it is used by its keys."""
    temporal = stack.description["temporal"]
    page.goto(f"{temporal['ui_url']}/namespaces/{temporal['namespace']}/schedules")
    page.get_by_test_id(re.compile("^data-encoder-status")).click()
    page.get_by_role("button", name="Use Cluster-level setting").click()
    page.get_by_text("Use my browser setting and ignore Cluster-level setting").last.click()
    page.get_by_label("Codec Server browser endpoint").fill(stack.description["processes"]["codec_server"]["url"])
    page.get_by_label("Include cross-origin credentials").press(" ")
    page.get_by_role("button", name="Apply").press("Enter")
    expect(page.get_by_role("button", name="Apply")).to_be_hidden()

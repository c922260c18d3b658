"""With Stripe's keys the card is written into Stripe's own Payment Element; all else is the same code.

Stripe.js is stood in for by a script that takes the page's calls to the simulator: no test speaks to Stripe.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.checkout import PAID, Checkout
from tests.browser.conftest import Visit
from tests.browser.neighbours import intake_beside
from tests.browser.records import BuyerRecords
from tools.devstack.stack import Stack

FAKE = Path(__file__).parent / "fake_stripe.js"


@pytest.fixture
def checkout(visit: Visit, stack: Stack) -> Checkout:
    """The page of a shop that has Stripe's keys."""
    script = FAKE.read_text().replace("SIMULATOR", stack.description["stripe"]["api_base"])
    visit.watch.known_hosts.add("js.stripe.com")
    visit.context.route(
        "https://js.stripe.com/**", lambda route: route.fulfill(body=script, content_type="text/javascript")
    )

    def with_keys(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json=response.json() | {"provider": "stripe"})

    visit.context.route("**/config", with_keys)
    return visit.enter()


def write_card(checkout: Checkout, card: str) -> None:
    """Fill in the stand-in for Stripe's form, and pay."""
    checkout.page.get_by_role("textbox", name="Card").fill(card)
    checkout.pay_button.click()


def test_a_purchase_with_the_payment_element(visit: Visit, checkout: Checkout, records: BuyerRecords) -> None:
    """No test card is offered; an incomplete card is told by Stripe; the rest is as ever."""
    checkout.buy()
    expect(checkout.page.get_by_role("group", name="Test card")).to_have_count(0)
    write_card(checkout, "")
    expect(checkout.page.get_by_role("main")).to_contain_text("Your card number is incomplete.")
    write_card(checkout, "pm_card_visa")
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_the_bank_asks_behind_stripe(visit: Visit, checkout: Checkout, records: BuyerRecords) -> None:
    """Stripe's own detour to the bank comes back to the same purchase."""
    checkout.buy()
    write_card(checkout, "pm_card_threeDSecure2Required")
    checkout.answer_the_bank("Approve")
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_the_intake_tells_the_page_of_stripe(stack: Stack, visit: Visit, tmp_path: Path) -> None:
    """An intake with Stripe's address and keys says so in /config, and its page may load Stripe.js and nothing else."""
    keys = {"STRIPE_API_BASE": "https://api.stripe.com", "STRIPE_PUBLISHABLE_KEY": "pk_test_of_the_shop"}
    with intake_beside(stack.description, tmp_path / "intake.log", **keys) as url:
        config = visit.context.request.get(f"{url}/config").json()
        policy = visit.context.request.get(f"{url}/shop/").headers["content-security-policy"]
    assert (config["provider"], config["publishable_key"]) == ("stripe", "pk_test_of_the_shop")
    assert "script-src 'self' https://js.stripe.com https://*.js.stripe.com;" in policy
    assert "https://api.stripe.com" in policy

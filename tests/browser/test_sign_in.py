"""A link that signs somebody in, and who has a say in it."""

import jwt
from playwright.sync_api import expect

from tests.browser.checkout import Checkout
from tests.browser.conftest import Begin, Visit, token_of
from tools.devstack.stack import Stack


def intake(stack: Stack) -> str:
    """The intake's address."""
    return str(stack.description["processes"]["intake"]["url"])


def signed_in_as(checkout: Checkout, buyer: str) -> None:
    """Wait until the header names the buyer."""
    expect(checkout.page.get_by_role("banner")).to_contain_text(f"Signed in as {buyer}")


def test_another_buyer_comes_in_only_after_a_question(visit: Visit, stack: Stack) -> None:
    """A link of somebody else's is asked about; who stays goes on as before, who agrees is the other one."""
    checkout = visit.enter()
    link = f"{visit.address}#token={token_of(intake(stack), 'bob')}"
    checkout.page.goto(link)
    checkout.page.get_by_role("button", name=f"Stay {visit.buyer}").click()
    signed_in_as(checkout, visit.buyer)
    checkout.page.goto(link)
    checkout.page.get_by_role("button", name="Sign in as bob").click()
    signed_in_as(checkout, "bob")


def test_a_link_in_a_new_tab_is_asked_about_too(visit: Visit, stack: Stack) -> None:
    """Who is signed in in another tab is not replaced behind their back."""
    visit.enter()
    other = visit.tab()
    other.page.goto(f"{visit.address}#token={token_of(intake(stack), 'bob')}")
    expect(other.page.get_by_role("dialog")).to_contain_text(f"You are signed in as {visit.buyer}")
    other.page.keyboard.press("Escape")
    signed_in_as(other, visit.buyer)


def test_the_same_buyers_new_token_is_taken_without_a_question(visit: Visit, stack: Stack) -> None:
    """An identity provider that leads back renews the sign-in."""
    checkout = visit.enter()
    checkout.page.goto(f"{visit.address}#token={token_of(intake(stack), visit.buyer)}")
    expect(checkout.page.get_by_role("button", name="Buy", exact=True)).to_be_visible()
    signed_in_as(checkout, visit.buyer)
    expect(checkout.page.get_by_role("dialog")).to_have_count(0)


def test_a_name_that_nobody_has_verified_is_never_shown(begin: Begin, stack: Stack) -> None:
    """A token that the intake does not know signs nobody in, whatever it says of itself."""
    visit = begin(intake(stack))
    forged = jwt.encode({"sub": "You have won! Call +1 555 0100"}, "0" * 32, algorithm="HS256")
    tab = visit.tab()
    tab.page.goto(f"{visit.address}#token={forged}")
    expect(tab.page.get_by_role("dialog")).to_contain_text("You are not signed in by this link")
    tab.page.get_by_role("button", name="Close", exact=True).click()
    expect(tab.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(tab.page.get_by_text("You have won")).to_have_count(0)

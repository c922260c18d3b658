"""The page as a person reads it: everything is found by its role and its accessible name."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

# A milestone for most tests: 12 dollars per tCO2e.
CREEK = "First growth verified, southern creek"
# Another one: 6 dollars per tCO2e.
HOUSEHOLDS = "First 10,000 households"

PAID = "Paid and delivered"


class Checkout:
    """One tab with the page."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    def enter(self, token: str, view: str = "#/") -> None:
        """Come in from another site, as an identity provider sends a buyer: with a token in the address."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}#token={token}")
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        self.go(view)

    def go(self, view: str) -> None:
        """Another view, by its address; the page of the moment is not loaded again."""
        if self.page.url != f"{self.address}{view}":
            self.page.goto(f"{self.address}{view}")

    @property
    def purchase_id(self) -> str:
        """The purchase that the address names."""
        return self.page.url.rpartition("#/purchases/")[2]

    # ---- choosing ---------------------------------------------------------------------------------------------------

    def quantity(self, milestone: str) -> Locator:
        """The field of a milestone's quantity."""
        return self.page.get_by_role("textbox", name=f"Quantity of {milestone} in tonnes")

    def choose(self, quantities: Mapping[str, str]) -> None:
        """Fill in quantities."""
        for milestone, quantity in quantities.items():
            self.quantity(milestone).fill(quantity)

    @property
    def total(self) -> Locator:
        """What the chosen items cost together."""
        return self.page.get_by_role("status", name="Total")

    @property
    def buy_button(self) -> Locator:
        """The button that begins a purchase."""
        return self.page.get_by_role("button", name="Buy", exact=True)

    def buy(self, milestone: str = CREEK, quantity: str = "1.5") -> str:
        """Choose, buy, and come to the purchase; its id."""
        self.choose({milestone: quantity})
        self.buy_button.click()
        return self.opened()

    def opened(self) -> str:
        """Wait until the purchase waits for its payment; its id."""
        self.page.wait_for_url(re.compile("#/purchases/[0-9a-f]{64}$"))
        self.sees("Choose how to pay")
        return self.purchase_id

    # ---- paying -----------------------------------------------------------------------------------------------------

    @property
    def pay_button(self) -> Locator:
        """The button that pays."""
        return self.page.get_by_role("button", name=re.compile("^Pay "))

    def pay(self, card: str = "Succeeds") -> None:
        """Pay with a test card."""
        self.page.get_by_role("radio", name=card, exact=True).check()
        self.pay_button.click()

    def answer_the_bank(self, button: str) -> None:
        """Press a button on the bank's page (3-D Secure)."""
        expect(self.page.get_by_role("heading", name="Is it you who pays")).to_be_visible()
        self.page.get_by_role("button", name=button).click()

    # ---- what it says -----------------------------------------------------------------------------------------------

    @property
    def status(self) -> Locator:
        """The headline of a purchase."""
        return self.page.get_by_role("region", name="Status").get_by_role("heading", level=2)

    def sees(self, status: str) -> None:
        """Wait until the purchase stands there."""
        expect(self.status).to_have_text(status)

    @property
    def order(self) -> Locator:
        """The order that is being put together."""
        return self.page.get_by_role("region", name="Your order")

    @property
    def refusal(self) -> Locator:
        """Why the shop did not take the order."""
        return self.order.get_by_role("alert")

    @property
    def connection(self) -> Locator:
        """What the page says about its way to the shop."""
        return self.page.get_by_role("status", name="Connection")

    @property
    def retry_button(self) -> Locator:
        """The button for who cannot wait until the page tries again."""
        return self.page.get_by_role("button", name="Retry now")

"""`python -m tests.browser.pictures`: make docs/images/checkout-*.png from the page as it is, on a stack of its own."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from tests.browser.checkout import CREEK, HOUSEHOLDS, PAID, Checkout
from tests.browser.conftest import ARGUMENTS, program, token_of
from tests.integration.service_process import REPOSITORY
from tools.devstack.stack import Stack, StackOptions

IMAGES = REPOSITORY / "docs" / "images"
# 150 KB: a page of the docs with all pictures is there in a second.
BYTES_MAX = 150_000
# What docs/checkout.md shows: each stage on both screens, and each screen in both schemes.
TOURS = {
    ("desk", "light"): ("projects", "pay"),
    ("desk", "dark"): ("projects", "delivered"),
    ("phone", "light"): ("projects", "delivered"),
    ("phone", "dark"): ("pay",),
}

# Size in CSS pixels, and how many real ones each has: two on a phone, as phones have.
SCREENS: dict[str, tuple[ViewportSize, float]] = {
    "desk": ({"width": 1440, "height": 900}, 1),
    "phone": ({"width": 375, "height": 780}, 2),
}


def projects(checkout: Checkout) -> None:
    """An order is put together."""
    checkout.choose({CREEK: "1.5", HOUSEHOLDS: "2"})
    expect(checkout.total).to_have_text("$30.00")


def pay(checkout: Checkout) -> None:
    """It is opened and waits for its payment."""
    checkout.buy_button.click()
    checkout.opened()
    expect(checkout.pay_button).to_be_enabled()


def delivered(checkout: Checkout) -> None:
    """It is paid and delivered."""
    checkout.pay()
    checkout.sees(PAID)


STAGES: tuple[Callable[[Checkout], None], ...] = (projects, pay, delivered)


def make(browser: Browser, intake: str, screen: str, scheme: str) -> None:
    """One purchase on one screen, with pictures on the way."""
    size, pixels = SCREENS[screen]
    page = browser.new_page(
        viewport=size,
        device_scale_factor=pixels,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-US",
    )
    checkout = Checkout(page, f"{intake}/shop/")
    checkout.enter(token_of(intake, "alice"))
    for stage in STAGES:
        stage(checkout)
        if stage.__name__ not in TOURS[screen, scheme]:
            continue
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        path = IMAGES / f"checkout-{stage.__name__}-{screen}-{scheme}.png"
        taken = page.screenshot(path=path)
        assert len(taken) <= BYTES_MAX, f"{path} has {len(taken)} bytes"
        print(f"{path.relative_to(REPOSITORY)}: {len(taken) // 1000} KB")
    page.close()


def main() -> None:
    """All of them."""
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        Stack(StackOptions(data=Path(data))) as stack,
        sync_playwright() as tool,
    ):
        browser = tool.chromium.launch(executable_path=program(), args=ARGUMENTS)
        for screen, scheme in TOURS:
            make(browser, stack.description["processes"]["intake"]["url"], screen, scheme)
        browser.close()


if __name__ == "__main__":
    main()

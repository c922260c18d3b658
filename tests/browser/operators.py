"""`python -m tests.browser.operators`: make docs/images/temporal-*.png, what operators see in Temporal's UI."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, program
from tests.browser.pictures import IMAGES
from tests.integration.hold import stopped
from tests.integration.operators.parking import forbidding
from tests.integration.sagas.buyers import Buyers
from tests.integration.service_process import REPOSITORY
from tests.integration.temporal import TemporalServer
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack, StackOptions

SIZE: ViewportSize = {"width": 1440, "height": 900}
# 200 KB: pages full of small letters.
BYTES_MAX = 200_000
PATIENCE_MS = PATIENCE_S * 1000


class TemporalUi:
    """Temporal's web UI, as an operator uses it."""

    def __init__(self, page: Page, shop: Shop, engine: TemporalServer) -> None:
        self.page = page
        self._shop = shop
        self._engine = engine

    def timeline(self, workflow_id: str) -> None:
        """A saga's steps, each with its summary."""
        self._open(workflow_id, "history")
        heading = self.page.get_by_role("heading", name="Event History")
        expect(heading).to_be_visible()
        heading.evaluate("heading => heading.scrollIntoView()")

    def details(self, workflow_id: str) -> None:
        """Where a saga stands, in words."""
        self._open(workflow_id, "user-metadata")
        # It shows markdown in a frame of its own.
        details = self.page.frame_locator("iframe").last
        expect(details.get_by_text("To do:")).to_be_visible()

    def _open(self, workflow_id: str, tab: str) -> None:
        link = self._shop.ui_link(workflow_id)
        run = self._engine.run_id(workflow_id)
        self.page.goto(f"{link}/{run}/{tab}")


def take(page: Page, name: str) -> None:
    """Keep a picture."""
    page.mouse.move(0, 0)
    path = IMAGES / f"temporal-{name}.png"
    taken = page.screenshot(path=path, animations="disabled")
    print(f"{path.relative_to(REPOSITORY)}: {len(taken) // 1000} KB")
    assert len(taken) <= BYTES_MAX, f"{path} has {len(taken)} bytes"


def main() -> None:
    """All of them, from a stack of their own."""
    with (
        tempfile.TemporaryDirectory() as data,
        Stack(StackOptions(data=Path(data))) as stack,
        Shop(stack.description) as shop,
        ThreadPoolExecutor(2) as pool,
        sync_playwright() as tool,
    ):
        engine = TemporalServer(stack.description)
        buyers = Buyers(shop, engine, pool)
        browser: Browser = tool.chromium.launch(executable_path=program(), args=ARGUMENTS)
        expect.set_options(timeout=PATIENCE_MS)
        ui = TemporalUi(browser.new_page(viewport=SIZE, reduced_motion="reduce", locale="en-US"), shop, engine)
        paid = buyers.opened()
        buyers.pay(paid)
        buyers.completed(paid)
        expired = buyers.unpaid()
        engine.wait_until_closed(expired.opening)
        with stopped(stack, "users"):
            struggling = buyers.opened()
            buyers.pay(struggling)
            engine.wait_until_retried(struggling.success)
            ui.timeline(struggling.success)
            take(ui.page, "struggling")
            ui.details(struggling.success)
            take(ui.page, "struggling-details")
        with forbidding(stack, "users"):
            parked = buyers.opened()
            buyers.pay(parked)
            engine.wait_until_parked(parked.success)
            for name, saga in {"paid": paid.success, "expired": expired.opening, "parked": parked.success}.items():
                ui.timeline(saga)
                take(ui.page, name)
                ui.details(saga)
                take(ui.page, f"{name}-details")
        browser.close()


if __name__ == "__main__":
    main()

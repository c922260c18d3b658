"""One browser and one stack for all; each test has a visit of its own, by a buyer of its own."""

import itertools
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from lib.settings.payload_keys import new_entry
from tests.browser.checkout import Checkout
from tests.browser.records import BuyerRecords
from tests.browser.watch import Watch
from tests.integration.service_process import REPOSITORY
from tests.integration.settings import restarted_with
from tools.devstack.options import ROOT
from tools.devstack.patience import PATIENCE_S
from tools.devstack.ports import free_port
from tools.devstack.setup import chromium as setup
from tools.devstack.setup.machine import Machine
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack, StackOptions

# It draws without a screen and a graphics card, needs no sandbox of its own in a container, and speaks to nobody
# but to the page's own hosts.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = PATIENCE_S * 1000
# Where a failed test leaves what the browser showed: a picture, and a trace for `playwright show-trace`.
LEFT = REPOSITORY / ".cache" / "browser"

FAILED = pytest.StashKey[bool]()
# Users is seeded with load-0 to load-999: a buyer for each visit.
BUYERS = (f"load-{number}" for number in itertools.count())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note for the fixtures whether the test has failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def program() -> Path:
    """The browser that the set-up has found or brought."""
    found = setup.find(Machine(ROOT, StackOptions().environ(), lambda _: None))
    assert found is not None, "there is no Chromium: run `make test`, which installs it"
    return found


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser; it is gone with the last test here, for its loop is in the way of asynchronous tests."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def static_port() -> int:
    """Where a static host of the page will listen: the intake has to know that origin from its start."""
    return free_port()


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory, static_port: int) -> Iterator[Stack]:
    """A stack that gives a buyer a second attempt to pay, with a bank that is quick; Temporal keeps it encrypted."""
    environment = {
        "PAYLOAD_KEYS": new_entry("browser"),
        "PAYLOAD_KEY": "browser",
        "PAYMENT_ATTEMPTS": "2",
        "STRIPE_SIMULATOR_PROCESSING_SECONDS": "2",
        "CORS_ORIGINS": f"http://127.0.0.1:{static_port}",
    }
    with Stack(StackOptions(data=tmp_path_factory.mktemp("browser"), environment=environment)) as running:
        yield running


@pytest.fixture
def rough(stack: Stack) -> Iterator[Stack]:
    """The stack, where one failed attempt to pay ends a purchase."""
    with restarted_with(stack, "intake", PAYMENT_ATTEMPTS="1"):
        yield stack


@pytest.fixture
def shop(stack: Stack) -> Iterator[Shop]:
    """The stack without a browser."""
    with Shop(stack.description) as found:
        yield found


@pytest.fixture
def records(shop: Shop) -> BuyerRecords:
    """What the stack's services have written down."""
    return BuyerRecords(shop)


@dataclass
class Visit:
    """A buyer in front of a browser of their own."""

    buyer: str
    token: str
    context: BrowserContext
    watch: Watch
    address: str

    def tab(self) -> Checkout:
        """One more tab, where nobody has come in yet."""
        return Checkout(self.context.new_page(), self.address)

    def enter(self, view: str = "#/") -> Checkout:
        """One more tab, come in as the buyer."""
        checkout = self.tab()
        checkout.enter(self.token, view)
        return checkout


Begin = Callable[..., Visit]


def token_of(intake: str, buyer: str) -> str:
    """A buyer's token."""
    response = httpx.post(f"{intake}/development/token", json={"buyer_id": buyer})
    response.raise_for_status()
    return str(response.json()["token"])


@pytest.fixture
def begin(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Begin]:
    """Begins a visit to an intake's page; a visit must end without any fault that the watch sees."""
    visits: list[Visit] = []

    def begin_visit(intake: str, address: str | None = None, **context_options: Any) -> Visit:
        buyer = next(BUYERS)
        context = chromium.new_context(**{"locale": "en-US", "timezone_id": "UTC"} | context_options)
        context.set_default_timeout(PATIENCE_MS)
        context.tracing.start(snapshots=True)
        visit = Visit(buyer, token_of(intake, buyer), context, Watch(context), address or f"{intake}/shop/")
        visits.append(visit)
        return visit

    yield begin_visit
    left = LEFT / request.node.name.replace("/", "_") if request.node.stash.get(FAILED, False) else None
    for number, visit in enumerate(visits):
        _end(visit, left and left / str(number))
    assert [fault for visit in visits for fault in visit.watch.faults] == []


@pytest.fixture
def visit(begin: Begin, stack: Stack) -> Visit:
    """A visit to the stack's own page."""
    return begin(stack.description["processes"]["intake"]["url"])


def _end(visit: Visit, left: Path | None) -> None:
    """Close the browser's context; leave what it showed if somebody will want to see it."""
    for number, page in enumerate(visit.context.pages if left else []):
        page.screenshot(path=f"{left}-{number}.png", full_page=True)
    visit.context.tracing.stop(path=f"{left}.zip" if left else None)
    visit.context.close()

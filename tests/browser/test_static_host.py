"""The page on a host that knows nothing but files."""

import shutil
from pathlib import Path

from app.development import WEB
from tests.browser.checkout import PAID
from tests.browser.conftest import Begin
from tests.browser.neighbours import static_host
from tests.browser.records import BuyerRecords
from tools.devstack.stack import Stack


def test_a_purchase_from_another_origin(
    begin: Begin, stack: Stack, records: BuyerRecords, static_port: int, tmp_path: Path
) -> None:
    """With the intake's address in settings.js and the page's origin in CORS_ORIGINS a purchase goes through."""
    intake = stack.description["processes"]["intake"]["url"]
    folder = tmp_path / "site" / "buy"
    shutil.copytree(WEB, folder)
    settings = (folder / "settings.js").read_text()
    assert 'export const intake = "";' in settings
    (folder / "settings.js").write_text(
        settings.replace('export const intake = "";', f'export const intake = "{intake}";')
    )
    with static_host(tmp_path / "site", static_port) as url:
        visit = begin(intake, f"{url}/buy/")
        checkout = visit.enter()
        checkout.buy()
        checkout.pay("3-D Secure")
        checkout.answer_the_bank("Approve")
        checkout.sees(PAID)
        assert checkout.page.url.startswith(f"{url}/buy/")
        records.paid_once(visit.buyer, 1800)

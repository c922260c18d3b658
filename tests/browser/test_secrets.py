"""What the page keeps, sends and lets others see."""

import json
import re

from tests.browser.checkout import PAID
from tests.browser.conftest import Visit

KEPT = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"


def test_nothing_secret_is_kept_but_the_buyers_token(visit: Visit) -> None:
    """No client_secret and no card, at no stage; the token only as long as the tab lives."""
    checkout = visit.enter()
    checkout.buy()
    kept = [checkout.page.evaluate(KEPT)]
    checkout.pay("3-D Secure")
    checkout.answer_the_bank("Approve")
    checkout.sees(PAID)
    kept.append(checkout.page.evaluate(KEPT))
    for state in kept:
        local, session, cookies = json.loads(state)
        assert "_secret" not in state
        assert "pm_card" not in state
        assert visit.token not in json.dumps(local)
        assert visit.token in json.dumps(session)
        assert cookies == ""


def test_nothing_secret_stays_in_the_address(visit: Visit) -> None:
    """Neither the token that the buyer came with nor what the bank added."""
    checkout = visit.enter()
    checkout.buy()
    checkout.pay("3-D Secure")
    checkout.answer_the_bank("Approve")
    checkout.sees(PAID)
    seen = [checkout.page.url]
    while checkout.page.go_back():
        seen.append(checkout.page.url)
    for address in seen:
        if address.startswith(visit.address):
            assert not re.search("token|secret|payment_intent", address)


def test_the_answer_is_shown_as_text(visit: Visit) -> None:
    """Names that come from the shop are text, whatever stands in them."""
    tab = visit.tab()

    def spoil(route: object) -> None:
        response = route.fetch()  # type: ignore[attr-defined]
        text = response.text().replace(
            "Mangrove restoration", "<img src=x onerror=window.broken=1>Mangrove restoration"
        )
        route.fulfill(response=response, body=text)  # type: ignore[attr-defined]

    tab.page.route("**/projects*", spoil)
    tab.enter(visit.token)
    tab.page.get_by_text("<img src=x onerror=window.broken=1>Mangrove restoration").first.wait_for()
    assert tab.page.evaluate("window.broken") is None

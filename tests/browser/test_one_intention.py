"""One wish to buy is one purchase, whatever fingers, tabs and networks do."""

from collections.abc import Sequence

from playwright.sync_api import Locator, Request, Route, expect

from tests.browser.checkout import CREEK, HOUSEHOLDS, PAID, Checkout
from tests.browser.conftest import Begin, Visit
from tests.browser.records import BuyerRecords
from tools.devstack.stack import Stack

# Until the page is loaded again: what is asked reaches the shop, and the page waits for ever.
NO_ANSWER_IS_SEEN = """() => {
    const real = window.fetch;
    window.fetch = (...asked) => real(...asked).then(() => new Promise(() => {}));
}"""


def test_a_double_click_buys_and_pays_once(visit: Visit, records: BuyerRecords) -> None:
    """Twice on Buy, twice on Pay."""
    checkout = visit.enter()
    checkout.choose({CREEK: "1.5"})
    checkout.buy_button.dblclick()
    checkout.opened()
    checkout.page.get_by_role("radio", name="Succeeds", exact=True).check()
    checkout.pay_button.dblclick()
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_a_reload_comes_back_to_the_same_purchase_at_every_stage(visit: Visit, records: BuyerRecords) -> None:
    """Before the payment, while the bank works, and when all is done."""
    checkout = visit.enter()
    purchase_id = checkout.buy()
    checkout.page.reload()
    checkout.sees("Choose how to pay")
    checkout.pay("Processing, then paid")
    checkout.sees("Waiting for your bank")
    checkout.page.reload()
    checkout.sees(PAID)
    checkout.page.reload()
    checkout.sees(PAID)
    assert checkout.purchase_id == purchase_id
    records.paid_once(visit.buyer, 1800)


def test_a_reload_keeps_what_was_chosen(visit: Visit) -> None:
    """The form is as it was."""
    checkout = visit.enter()
    checkout.choose({CREEK: "1.5", HOUSEHOLDS: "2"})
    checkout.page.reload()
    expect(checkout.quantity(CREEK)).to_have_value("1.5")
    expect(checkout.quantity(HOUSEHOLDS)).to_have_value("2")
    expect(checkout.total).to_have_text("$30.00")


def test_a_reload_while_the_order_is_on_its_way(visit: Visit, records: BuyerRecords) -> None:
    """The answer was never seen; the page that comes back asks again and finds the one purchase."""
    checkout = visit.enter()
    checkout.page.evaluate(NO_ANSWER_IS_SEEN)
    checkout.choose({CREEK: "1.5"})
    checkout.buy_button.click()
    assert records.opened(visit.buyer) == ["open"]
    checkout.page.reload()
    checkout.opened()
    checkout.pay()
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_a_lost_answer_is_asked_for_again(visit: Visit, records: BuyerRecords) -> None:
    """The shop has taken the order and the connection breaks: the page asks again, and there is one purchase."""
    checkout = visit.enter()
    lost = _lose_the_answer(checkout)
    checkout.choose({CREEK: "1.5"})
    checkout.buy_button.click()
    checkout.opened()
    assert len(lost) == 1
    checkout.pay()
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_a_lost_answer_to_the_payment_charges_once(visit: Visit, records: BuyerRecords) -> None:
    """The bank has taken the money and the connection breaks."""
    checkout = visit.enter()
    checkout.buy()
    taken: list[int] = []

    def lose(route: Route) -> None:
        taken.append(route.fetch().status)
        route.abort("connectionreset")

    checkout.page.route("**/confirm", lose, times=1)
    checkout.pay()
    checkout.sees(PAID)
    assert taken == [200]
    records.paid_once(visit.buyer, 1800)


def test_the_back_button_does_not_buy_again(visit: Visit, records: BuyerRecords) -> None:
    """Back to the projects, and Buy once more: the page leads to the purchase that is open."""
    checkout = visit.enter()
    purchase_id = checkout.buy()
    checkout.page.go_back()
    expect(checkout.buy_button).to_be_visible()
    checkout.buy_button.click()
    assert checkout.opened() == purchase_id
    checkout.pay()
    checkout.sees(PAID)
    checkout.page.go_back()
    checkout.page.go_forward()
    checkout.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_a_closed_browser_comes_back_to_the_purchase(
    visit: Visit, begin: Begin, stack: Stack, records: BuyerRecords
) -> None:
    """What the browser keeps is enough to pay the same purchase, opened and signed in anew."""
    first = visit.enter()
    purchase_id = first.buy()
    kept = visit.context.storage_state()
    again = begin(stack.description["processes"]["intake"]["url"], storage_state=kept)
    second = again.tab()
    second.page.goto(f"{again.address}#token={visit.token}")
    assert second.opened() == purchase_id
    second.pay()
    second.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_two_tabs_that_buy_at_the_same_moment(visit: Visit, records: BuyerRecords) -> None:
    """Both click before either has an answer: one purchase."""
    tabs = [visit.enter(), visit.enter()]
    for tab in tabs:
        tab.choose({CREEK: "1.5"})
    _press_at_once([tab.buy_button for tab in tabs])
    assert tabs[0].opened() == tabs[1].opened()
    for tab in tabs:
        tab.page.get_by_role("radio", name="Succeeds", exact=True).check()
    _press_at_once([tab.pay_button for tab in tabs])
    for tab in tabs:
        tab.sees(PAID)
    records.paid_once(visit.buyer, 1800)


def test_another_order_beside_an_open_one_is_asked_about(visit: Visit, records: BuyerRecords) -> None:
    """Who really wants a second purchase gets it, knowing that the first one is open."""
    checkout = visit.enter()
    first = checkout.buy()
    checkout.go("#/")
    checkout.choose({CREEK: "", HOUSEHOLDS: "1"})
    checkout.buy_button.click()
    dialog = checkout.page.get_by_role("dialog", name="You have an open purchase")
    dialog.get_by_role("button", name="Buy this as well").click()
    checkout.page.wait_for_url(lambda address: "#/purchases/" in address and first not in address)
    assert checkout.opened() != first
    assert records.statuses(visit.buyer) == ["open", "open"]


def _press_at_once(buttons: Sequence[Locator]) -> None:
    """Press buttons that were all found before the first is pressed: the others may vanish by what that has done."""
    for button in [button.element_handle() for button in buttons]:
        button.evaluate("button => { setTimeout(() => button.isConnected && button.click()) }")


def _is_order(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/purchases")


def _lose_the_answer(checkout: Checkout) -> list[int]:
    """Let the shop take one order and break the connection before it answers; the status that it gave."""
    lost: list[int] = []

    def lose(route: Route) -> None:
        if lost or not _is_order(route.request):
            route.fallback()
            return
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    checkout.page.route("**/purchases", lose)
    return lost

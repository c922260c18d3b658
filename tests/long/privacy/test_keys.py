"""Keys change while purchases are open: nobody's purchase notices."""

import httpx

from tests.integration.privacy.conftest import BOTH, FIRST, PayloadKeys
from tests.integration.sagas.buyers import BoughtPurchase, Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack


def paid(buyers: Buyers, *purchases: BoughtPurchase) -> None:
    """Pay, and see them delivered."""
    for purchase in purchases:
        buyers.pay(purchase)
    assert [buyers.completed(purchase)["status"] for purchase in purchases] == ["paid"] * len(purchases)


def test_turned_on_rotated_and_turned_off_with_purchases_open(keys: PayloadKeys, buyers: Buyers) -> None:
    """Each step, in the order of docs/privacy.md, takes up what was opened before it, and nothing is lost."""
    keys.roll("", "")
    in_clear = [buyers.opened_at_the_intake() for _ in range(4)]
    # First everybody can read; then everybody writes, and reads what was written before.
    keys.roll(FIRST, "")
    keys.roll(FIRST, "first", clear="read")
    by_first = [buyers.opened_at_the_intake() for _ in range(3)]
    paid(buyers, in_clear.pop())
    # The next key: first everybody can read it; while it is put to use, some write by the old and some by the new one.
    keys.roll(BOTH, "first", clear="read")
    keys.roll(BOTH, "second", "start_payment_worker", clear="read")
    mixed = buyers.opened_at_the_intake()
    paid(buyers, in_clear.pop(), by_first.pop())
    keys.roll(BOTH, "second", clear="read")
    by_second = [buyers.opened_at_the_intake() for _ in range(2)]
    paid(buyers, *in_clear, by_first.pop(), by_second.pop(), mixed)
    # The last phase: nothing in clear is left, and none is read any more.
    keys.roll(BOTH, "second")
    strict = [buyers.opened_at_the_intake() for _ in range(2)]
    paid(buyers, by_first.pop(), strict.pop())
    # Off, in the opposite order; keys stay as long as something is kept that was written by them.
    keys.roll(BOTH, "second", clear="read")
    keys.roll(BOTH, "")
    paid(buyers, by_second.pop(), strict.pop(), buyers.opened_at_the_intake())


def test_a_missing_key_makes_a_purchase_wait(
    own: Stack, keys: PayloadKeys, buyers: Buyers, engine: TemporalServer
) -> None:
    """Worker and intake say which key they miss; once they have it, the purchase goes on as if nothing had been."""
    keys.roll(BOTH, "second")
    purchase = buyers.opened_at_the_intake()
    keys.roll(FIRST, "first", "payment_success_worker")
    buyers.pay(purchase)
    engine.wait_until_task_failed(purchase.success)
    log = own.log("payment_success_worker")
    Shop.until(log.read_text, lambda text: "encrypted by the key 'second'" in text, "the worker's complaint", 20)

    keys.roll(FIRST, "first", "intake")
    shown = httpx.get(
        f"{own.description['processes']['intake']['url']}/purchases/{purchase.purchase_id}",
        headers=buyers.shop.buyer_headers(purchase.buyer),
        timeout=PATIENCE_S,
    )
    assert (shown.status_code, shown.json()["type"].rpartition("/")[2]) == (503, "dependency-unavailable")
    assert "encrypted by the key 'second'" in own.log("intake").read_text()

    keys.roll(BOTH, "second")
    assert buyers.completed(purchase)["status"] == "paid"

"""A buyer holds at most MAX_OPEN_PURCHASES open purchases at a time, on real parts."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.integration.newcomers import newcomer
from tests.integration.sagas.test_purchases import Basket, opened
from tools.devstack.shop import Shop

MAX_OPEN = 5
CLICKS = 20


def reservations(shop: Shop) -> Counter[str]:
    """How many of the buyer's reservations are in which state."""
    rows = shop.pages("projects", "/reservations")
    return Counter(row["status"] for row in rows if row["buyer_id"] == shop.buyer)


def fill(shop: Shop, basket: Basket) -> list[dict[str, Any]]:
    """As many open purchases as a buyer may have."""
    return [opened(shop, basket) for _ in range(MAX_OPEN)]


def patiently_opened(shop: Shop, basket: Basket) -> httpx.Response:
    """The answer for a new key; while a busy server asks for patience the request is repeated, as a page does it."""
    key = uuid.uuid4().hex
    return shop.until(lambda: shop.open(*basket, key=key), lambda it: it.status_code != 503, "an answer", 60)


def end_all(shop: Shop, answers: list[dict[str, Any]]) -> None:
    """Leave nothing open behind."""
    for answer in answers:
        shop.cancel(answer["purchase_id"])


def test_the_sixth_purchase_is_refused_and_the_next_may_come_when_one_has_ended(shop: Shop, basket: Basket) -> None:
    """Refused with the limit before anything is begun; what has ended makes room for one, also under the same key."""
    first, *others = fill(shop, basket)
    key = uuid.uuid4().hex
    refused = shop.open(*basket, key=key)
    problem = refused.json()
    assert (refused.status_code, problem["type"].rpartition("/")[2]) == (409, "too-many-open")
    assert problem["max_open"] == MAX_OPEN
    assert reservations(shop) == {"reserved": MAX_OPEN}
    assert len(list(shop.pages("payments", "/payments", buyer_id=shop.buyer))) == MAX_OPEN
    # Another buyer is none of this one's business.
    opened(shop, basket, buyer=newcomer())

    shop.pay(first).raise_for_status()
    assert shop.completed(first["purchase_id"])["status"] == "paid"
    others.append(opened(shop, basket, key=key))
    assert shop.open(*basket).json()["type"].endswith("too-many-open")
    assert reservations(shop)["reserved"] == MAX_OPEN
    end_all(shop, others)


def test_a_repeat_is_answered_however_many_are_open(shop: Shop, basket: Basket) -> None:
    """The key of an open purchase gets its answer again when no further one may be opened."""
    key = uuid.uuid4().hex
    answers = [opened(shop, basket, key=key), *(opened(shop, basket) for _ in range(MAX_OPEN - 1))]
    assert shop.open(*basket).json()["type"].endswith("too-many-open")
    assert shop.open(*basket, key=key).json() == answers[0]
    end_all(shop, answers)


def test_a_canceled_purchase_makes_room(shop: Shop, basket: Basket) -> None:
    """Who cancels one of five may open another at once."""
    first, *others = fill(shop, basket)
    assert shop.cancel(first["purchase_id"]).status_code == 200
    others.append(opened(shop, basket))
    end_all(shop, others)


def test_of_twenty_requests_at_once_exactly_five_are_opened(shop: Shop, basket: Basket) -> None:
    """Twenty keys of one buyer at the same moment: five purchases, fifteen refusals, and no stock held for those."""
    with ThreadPoolExecutor(CLICKS) as pool:
        responses = list(pool.map(lambda _: patiently_opened(shop, basket), range(CLICKS)))
    assert Counter(response.status_code for response in responses) == {201: MAX_OPEN, 409: CLICKS - MAX_OPEN}
    refusals = {response.json()["type"].rpartition("/")[2] for response in responses if response.status_code == 409}
    assert refusals == {"too-many-open"}
    # Those whom the hint let pass were refused by the reservation, which closes their rows.
    assert reservations(shop)["reserved"] == MAX_OPEN
    assert reservations(shop)["closed"] <= CLICKS - MAX_OPEN
    end_all(shop, [response.json() for response in responses if response.status_code == 201])

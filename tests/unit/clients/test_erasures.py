"""The services' routes that forget a buyer, as the command speaks them."""

import json

import httpx
import pytest

from clients.erasures import PAGE, HttpErasures
from domain.errors import ContractBroken, Refused
from tests.unit.clients.conftest import Callee
from tests.unit.values import PAYMENT_ID, payment

ROUTE = "/buyers/alice/erasure"


@pytest.fixture
def erasures(http: httpx.AsyncClient) -> HttpErasures:
    """All services at one callee."""
    return HttpErasures(http, {name: f"http://{name}" for name in ("payments", "users")}, "token")


async def test_an_erasure_begins_and_finishes_at_payments(erasures: HttpErasures, callee: Callee) -> None:
    """Both under the key that every try of the command has."""
    callee.answers(200, {"erased_as": "erased-1", "renamed": 3})
    assert await erasures.begin("alice") == ("erased-1", 3)
    await erasures.finish("alice")
    asked = [(each.method, each.url.path, each.headers["Idempotency-Key"]) for each in callee.requests]
    assert asked == [(method, ROUTE, "flask buyer erase alice") for method in ("POST", "DELETE")]


async def test_another_service_takes_the_new_name(erasures: HttpErasures, callee: Callee) -> None:
    """And tells how many rows it has changed."""
    callee.answers(200, {"buyer_id": "alice", "renamed": 2})
    assert await erasures.follow("users", "alice", "erased-1") == 2
    (request,) = callee.requests
    assert (request.url.host, json.loads(request.read())) == ("users", {"erased_as": "erased-1"})


async def test_open_purchases_refuse_and_half_an_answer_breaks_the_contract(
    erasures: HttpErasures, callee: Callee
) -> None:
    """Neither is an erasure that has begun."""
    callee.refuses(409, "purchases-open")
    with pytest.raises(Refused, match="purchases-open"):
        await erasures.begin("alice")
    callee.answers(200, {"renamed": 3})
    with pytest.raises(ContractBroken):
        await erasures.begin("alice")


async def test_a_buyers_payments_are_read_to_the_last_page(erasures: HttpErasures, callee: Callee) -> None:
    """By their ids; each page follows the one before."""
    item = payment().model_dump(mode="json")
    pages = [{"items": [item], "next_cursor": "after-1"}, {"items": [item], "next_cursor": None}]
    callee.responds([httpx.Response(200, json=page) for page in pages])
    assert await erasures.payments("erased-1") == [PAYMENT_ID] * 2
    assert [dict(each.url.params) for each in callee.requests] == [
        {"buyer_id": "erased-1", "limit": str(PAGE)},
        {"buyer_id": "erased-1", "limit": str(PAGE), "cursor": "after-1"},
    ]

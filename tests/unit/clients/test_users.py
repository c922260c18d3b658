"""Users' contract as our client speaks it."""

import httpx
import pytest

from clients.users import HttpUsers
from domain.errors import Refused
from tests.unit.clients.conftest import Callee
from tests.unit.values import ORDER, PAYMENT_ID

ITEMS = [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}]


@pytest.fixture
def users(http: httpx.AsyncClient) -> HttpUsers:
    """The client of Users."""
    return HttpUsers(http, "http://users", "token")


async def test_a_buyer_is_known_or_not(users: HttpUsers, callee: Callee) -> None:
    """Users is asked by the buyer's id."""
    await users.know("alice")
    assert callee.asked == ("GET", "/users/alice")
    callee.refuses(404, "not-found")
    with pytest.raises(Refused, match="not-found"):
        await users.know("mallory")


async def test_a_buyers_offset_is_delivered_and_revoked(users: HttpUsers, callee: Callee) -> None:
    """Both name payment and buyer."""
    await users.deliver("alice", PAYMENT_ID, "p1", ORDER.items, "k1")
    assert callee.asked == ("POST", "/users/alice/offsets")
    assert callee.body == {"payment_id": PAYMENT_ID, "purchase_id": "p1", "items": ITEMS}
    callee.requests.clear()
    await users.revoke("alice", PAYMENT_ID, "k2")
    assert callee.asked == ("DELETE", f"/users/alice/offsets/{PAYMENT_ID}")
    assert callee.requests[0].headers["Idempotency-Key"] == "k2"


async def test_a_buyers_offset_is_retrieved(users: HttpUsers, callee: Callee) -> None:
    """Delivered, or revoked for good."""
    callee.answers(200, {"payment_id": PAYMENT_ID, "status": "revoked"})
    assert (await users.retrieve("alice", PAYMENT_ID)).status == "revoked"
    assert callee.asked == ("GET", f"/users/alice/offsets/{PAYMENT_ID}")


@pytest.mark.parametrize(("status", "kind"), [(404, "not-found"), (409, "offset-revoked")])
async def test_users_refusals_are_known(users: HttpUsers, callee: Callee, status: int, kind: str) -> None:
    """An unknown buyer, and offset that was revoked before."""
    callee.refuses(status, kind)
    with pytest.raises(Refused, match=kind):
        await users.deliver("alice", PAYMENT_ID, "p1", ORDER.items, "k1")

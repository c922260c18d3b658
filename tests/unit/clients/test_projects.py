"""Projects' contract as our client speaks it."""

import httpx
import pytest

from clients.projects import HttpProjects
from domain.errors import ContractBroken, Refused
from tests.unit.clients.conftest import Callee
from tests.unit.values import ORDER, PAYMENT_ID

RESERVATION = {"payment_id": PAYMENT_ID, "status": "reserved", "closed_by": None}
ITEMS = [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}]


@pytest.fixture
def projects(http: httpx.AsyncClient) -> HttpProjects:
    """The client of Projects."""
    return HttpProjects(http, "http://projects", "token")


async def test_offset_is_reserved_at_the_agreed_amount(projects: HttpProjects, callee: Callee) -> None:
    """Projects gets what it needs to check the price, and whose open purchases to count."""
    callee.answers(201, RESERVATION)
    assert (await projects.reserve(PAYMENT_ID, ORDER, "k1")).status == "reserved"
    assert callee.asked == ("POST", "/reservations")
    order = {"items": ITEMS, "amount": 1800, "currency": "usd", "buyer_id": "alice"}
    assert callee.body == order | {"payment_id": PAYMENT_ID}


@pytest.mark.parametrize(
    ("name", "method", "sent"),
    [
        ("commit", "PATCH", b'{"status":"committed"}'),
        ("restock", "PATCH", b'{"status":"returned"}'),
        ("release", "DELETE", b""),
    ],
)
async def test_a_reservation_is_changed(
    projects: HttpProjects, callee: Callee, name: str, method: str, sent: bytes
) -> None:
    """Each change has its method and body, and names its caller."""
    callee.answers(200, RESERVATION)
    await getattr(projects, name)(PAYMENT_ID, "k1")
    assert callee.asked == (method, f"/reservations/{PAYMENT_ID}")
    assert (callee.requests[0].read(), callee.requests[0].headers["Idempotency-Key"]) == (sent, "k1")


@pytest.mark.parametrize(
    ("kind", "further"),
    [
        ("sold-out", {}),
        ("price-changed", {"current_amount": 1900}),
        ("too-many-open", {"max_open": 5}),
        ("too-much-held", {"max_held": "100000.000"}),
        ("not-found", {}),
        ("invalid-request", {}),
        ("reservation-closed", {}),
        ("reservation-committed", {}),
    ],
)
async def test_projects_refusals_are_known(
    projects: HttpProjects, callee: Callee, kind: str, further: dict[str, int]
) -> None:
    """With what they tell further."""
    callee.refuses(409, kind, **further)
    with pytest.raises(Refused, match=kind) as refused:
        await projects.reserve(PAYMENT_ID, ORDER, "k1")
    assert refused.value.extra == further


async def test_an_order_is_asked_for_as_it_would_be_reserved(projects: HttpProjects, callee: Callee) -> None:
    """A quote says all that a reservation would, but no payment, and is refused alike; as no write it has no key."""
    await projects.quote(ORDER)
    assert callee.asked == ("POST", "/quotes")
    assert callee.body.keys() == {"items", "amount", "currency", "buyer_id"}
    assert "Idempotency-Key" not in callee.requests[0].headers
    callee.refuses(409, "price-changed", current_amount=1900)
    with pytest.raises(Refused, match="price-changed"):
        await projects.quote(ORDER)


async def test_a_reservation_is_retrieved(projects: HttpProjects, callee: Callee) -> None:
    """Who closed it is told."""
    callee.answers(200, RESERVATION | {"status": "closed", "closed_by": "k1"})
    row = await projects.retrieve(PAYMENT_ID)
    assert (row.status, row.closed_by) == ("closed", "k1")
    assert callee.asked == ("GET", f"/reservations/{PAYMENT_ID}")


async def test_the_catalogue_comes_in_pages(projects: HttpProjects, callee: Callee) -> None:
    """Limit and cursor go out; what is no page breaks the contract."""
    callee.answers(200, {"items": [{"project_id": "peat", "name": "Peat", "milestones": []}], "next_cursor": None})
    page = await projects.catalogue(5, "c")
    assert [project.project_id for project in page.items] == ["peat"]
    assert callee.asked == ("GET", "/projects?limit=5&cursor=c")
    callee.answers(200, {"projects": []})
    with pytest.raises(ContractBroken):
        await projects.catalogue(5, None)

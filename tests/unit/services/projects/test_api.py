"""The Projects API's conventions: lists, tokens, keys, strict bodies, documents."""

from typing import Any

import pytest

from tests.unit.service_api import ServiceApi, kind
from tests.unit.services.projects.test_reservations import order


def test_the_catalogue_shows_price_and_stock(api: ServiceApi) -> None:
    """A milestone is shown with its price per tonne in minor units and its stock as quantities of three places."""
    projects = {p["project_id"]: p for p in api.ask("GET", "/projects").get_json()["items"]}
    assert projects["mangrove"]["milestones"][1] == {
        "milestone_id": "mangrove-2",
        "name": "First growth verified, southern creek",
        "unit_amount": 1200,
        "currency": "usd",
        "total": "1000000.000",
        "sold": "0.000",
        "held": "0.000",
        "free": "1000000.000",
    }


def test_the_catalogue_comes_in_pages(api: ServiceApi) -> None:
    """Following the cursors shows every project once, by id, and ends with a null cursor."""
    seen, cursor = [], ""
    while cursor is not None:
        page = api.ask("GET", f"/projects?limit=2{'&cursor=' + cursor if cursor else ''}").get_json()
        seen += [project["project_id"] for project in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["cookstoves", "mangrove", "peatland", "reforestation", "wind"]


def test_reservations_are_listed_newest_first(api: ServiceApi) -> None:
    """The list shows the newest reservation first, in pages, and only one state where that is asked for."""
    for number in range(3):
        api.ask("POST", "/reservations", order(payment_id=f"pi_{number}"))
    api.ask("DELETE", "/reservations/pi_1")
    first = api.ask("GET", "/reservations?limit=2").get_json()
    second = api.ask("GET", f"/reservations?limit=2&cursor={first['next_cursor']}").get_json()
    assert [row["payment_id"] for row in first["items"] + second["items"]] == ["pi_2", "pi_1", "pi_0"]
    assert second["next_cursor"] is None
    held = api.ask("GET", "/reservations?status=reserved").get_json()["items"]
    assert [row["payment_id"] for row in held] == ["pi_2", "pi_0"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=x", "cursor=WyJhIl0", "status=sold", "stat=closed"])
def test_a_list_refuses_what_it_does_not_know(api: ServiceApi, query: str) -> None:
    """A limit out of bounds, a foreign cursor, an unknown state or parameter is 422."""
    answer = api.ask("GET", f"/reservations?{query}")
    assert (answer.status_code, kind(answer)) == (422, "invalid-request")


@pytest.mark.parametrize(
    "changes",
    [
        {"payment_id": ""},
        {"payment_id": "pi/1"},
        {"items": []},
        {"items": order()["items"] * 2},
        {"items": [{"project_id": "mangrove", "milestone_id": f"m-{n}", "quantity": "1"} for n in range(21)]},
        {"items": [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": 1.5}]},
        {"amount": 0},
        {"amount": "1800"},
        {"currency": "USD"},
        {"price": 1},
    ],
)
def test_an_invalid_reservation_is_refused_with_its_faults(api: ServiceApi, changes: dict[str, Any]) -> None:
    """A body that breaks the contract is 422, names what is wrong, and writes no row."""
    answer = api.ask("POST", "/reservations", order(**changes))
    assert (answer.status_code, kind(answer)) == (422, "invalid-request")
    assert answer.get_json()["errors"]
    assert api.ask("GET", "/reservations").get_json()["items"] == []


@pytest.mark.parametrize("status", ["reserved", "closed", "sold", None])
def test_a_reservation_changes_to_committed_or_returned_only(api: ServiceApi, status: str | None) -> None:
    """PATCH knows two states; any other is 422."""
    assert api.ask("PATCH", "/reservations/pi_1", {"status": status}).status_code == 422


@pytest.mark.parametrize(("method", "path"), [
    ("POST", "/reservations"), ("PATCH", "/reservations/pi_1"), ("DELETE", "/reservations/pi_1"),
])  # fmt: skip
def test_every_write_names_its_caller(api: ServiceApi, method: str, path: str) -> None:
    """A write without Idempotency-Key is 400, one with an overlong key 422; neither writes a row."""
    bodies = {"POST": order(), "PATCH": {"status": "returned"}, "DELETE": None}
    nameless = api.ask(method, path, bodies[method], key=None)
    assert (nameless.status_code, kind(nameless)) == (400, "idempotency-key-missing")
    assert api.ask(method, path, bodies[method], key="k" * 256).status_code == 422
    assert api.ask("GET", "/reservations").get_json()["items"] == []


def test_an_id_that_cannot_be_ours_is_not_found(api: ServiceApi) -> None:
    """A path with an impossible payment id is 404 and leaves no tombstone."""
    assert api.ask("DELETE", "/reservations/pi%201").status_code == 404
    assert api.ask("GET", "/reservations").get_json()["items"] == []

"""Reservations through the API: stock, price, tombstones, and who closed the row."""

from typing import Any

import pytest

from tests.unit.service_api import ServiceApi, kind

START, FAILED = "purchase/p/release", "payment-failed/pi_1/ch_1/release"
CLOSING_REFUSALS = [
    ({"items": [{"project_id": "mangrove", "milestone_id": "mangrove-9", "quantity": "1"}]}, 404, "not-found"),
    ({"items": [{"project_id": "wind", "milestone_id": "mangrove-2", "quantity": "1.5"}]}, 404, "not-found"),
    ({"currency": "eur"}, 422, "invalid-request"),
    ({"amount": 1799}, 409, "price-changed"),
    (
        {"items": [{"project_id": "peatland", "milestone_id": "peatland-1", "quantity": "5.001"}], "amount": 10002},
        409,
        "sold-out",
    ),
]


def order(**changes: Any) -> dict[str, Any]:
    """A request that can be had: 1.500 tCO2e of mangrove-2 for 18.00 usd."""
    item = {"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}
    return {"payment_id": "pi_1", "items": [item], "amount": 1800, "currency": "usd"} | changes


def stock(api: ServiceApi, milestone_id: str = "mangrove-2") -> tuple[str, str, str]:
    """A milestone's sold, held and free."""
    projects = api.ask("GET", "/projects?limit=100").get_json()["items"]
    milestones = {m["milestone_id"]: m for project in projects for m in project["milestones"]}
    shown = milestones[milestone_id]
    return shown["sold"], shown["held"], shown["free"]


def test_reserved_offset_is_held(api: ServiceApi) -> None:
    """A reservation answers 201 with its body and moves its quantity from free to held."""
    answer = api.ask("POST", "/reservations", order())
    assert answer.status_code == 201
    assert answer.get_json() == order() | {"status": "reserved", "buyer_id": None, "closed_by": None}
    assert stock(api) == ("0.000", "1.500", "999998.500")


def test_a_repeat_holds_nothing_more(api: ServiceApi) -> None:
    """The same request again, also with 1.5 for 1.500, gets the same answer and holds nothing more."""
    first = api.ask("POST", "/reservations", order())
    item = {"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.5"}
    again = api.ask("POST", "/reservations", order(items=[item]), key="another/key")
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert stock(api) == ("0.000", "1.500", "999998.500")


@pytest.mark.parametrize("status", ["reserved", "committed"])
def test_other_items_for_a_reserved_payment_are_refused(api: ServiceApi, status: str) -> None:
    """A payment that has reserved or bought one thing cannot reserve another, and its row stays as it is."""
    api.ask("POST", "/reservations", order())
    if status == "committed":
        api.ask("PATCH", "/reservations/pi_1", {"status": "committed"})
    other = {"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "3"}
    answer = api.ask("POST", "/reservations", order(items=[other], amount=3600))
    assert (answer.status_code, kind(answer)) == (409, "reservation-mismatch")
    assert api.ask("GET", "/reservations/pi_1").get_json()["status"] == status


@pytest.mark.parametrize(("changes", "status", "refusal"), CLOSING_REFUSALS)
def test_a_refusal_closes_the_row(api: ServiceApi, changes: dict[str, Any], status: int, refusal: str) -> None:
    """A refused reserve holds nothing and leaves a row closed by nobody, on which a late copy does nothing."""
    answer = api.ask("POST", "/reservations", order(**changes))
    assert (answer.status_code, kind(answer)) == (status, refusal)
    row = api.ask("GET", "/reservations/pi_1").get_json()
    assert (row["status"], row["closed_by"]) == ("closed", None)
    assert kind(api.ask("POST", "/reservations", order())) == "reservation-closed"
    assert stock(api) == ("0.000", "0.000", "1000000.000")


def test_price_changed_names_the_current_amount(api: ServiceApi) -> None:
    """The refusal of another amount says what the items cost now, in minor units."""
    answer = api.ask("POST", "/reservations", order(amount=1))
    assert answer.get_json()["current_amount"] == 1800


def test_each_item_is_rounded_half_up_and_then_summed(api: ServiceApi) -> None:
    """An item costs kg x unit_amount / 1000, rounded half up: 0.005 at 300 is 1.5, so 2, beside 1.2, so 1."""
    items = [
        {"project_id": "wind", "milestone_id": "wind-1", "quantity": "0.005"},
        {"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "0.001"},
    ]
    assert api.ask("POST", "/reservations", order(items=items, amount=3)).status_code == 201


def test_all_items_or_none(api: ServiceApi) -> None:
    """An order of which one item is sold out holds none of the others."""
    items = [*order()["items"], {"project_id": "peatland", "milestone_id": "peatland-1", "quantity": "6"}]
    assert kind(api.ask("POST", "/reservations", order(items=items, amount=13800))) == "sold-out"
    assert stock(api) == ("0.000", "0.000", "1000000.000")
    assert stock(api, "peatland-1") == ("0.000", "0.000", "5.000")


def test_the_last_units_can_be_had(api: ServiceApi) -> None:
    """An order of exactly what is free is held."""
    items = [{"project_id": "peatland", "milestone_id": "peatland-1", "quantity": "5"}]
    assert api.ask("POST", "/reservations", order(items=items, amount=10000)).status_code == 201
    assert stock(api, "peatland-1") == ("0.000", "5.000", "0.000")


def test_committed_offset_is_sold_once(api: ServiceApi) -> None:
    """A commit moves held to sold; the repeat answers the same and sells nothing more."""
    api.ask("POST", "/reservations", order())
    answers = [api.ask("PATCH", "/reservations/pi_1", {"status": "committed"}) for _ in range(2)]
    assert [(a.status_code, a.get_json()["status"]) for a in answers] == [(200, "committed")] * 2
    assert stock(api) == ("1.500", "0.000", "999998.500")
    assert api.ask("POST", "/reservations", order()).get_json()["status"] == "committed"


@pytest.mark.parametrize("committed", [False, True])
def test_returned_offset_is_free_again(api: ServiceApi, committed: bool) -> None:
    """Returned offset, reserved or sold, is free again once, and the row is final."""
    api.ask("POST", "/reservations", order())
    if committed:
        api.ask("PATCH", "/reservations/pi_1", {"status": "committed"})
    answers = [api.ask("PATCH", "/reservations/pi_1", {"status": "returned"}) for _ in range(2)]
    assert [(a.status_code, a.get_json()["status"]) for a in answers] == [(200, "returned")] * 2
    assert stock(api) == ("0.000", "0.000", "1000000.000")
    late = [
        api.ask("POST", "/reservations", order()),
        api.ask("PATCH", "/reservations/pi_1", {"status": "committed"}),
        api.ask("DELETE", "/reservations/pi_1"),
    ]
    assert [(a.status_code, kind(a)) for a in late] == [(409, "reservation-closed")] * 3


def test_a_return_of_an_unknown_reservation_leaves_a_tombstone(api: ServiceApi) -> None:
    """A return that comes before its reservation is done, and the late reservation is refused."""
    tombstone = api.ask("PATCH", "/reservations/pi_1", {"status": "returned"}).get_json()
    assert tombstone == {
        "payment_id": "pi_1", "status": "returned", "items": [], "amount": 0, "currency": None, "buyer_id": None,
        "closed_by": None,
    }  # fmt: skip
    assert kind(api.ask("POST", "/reservations", order())) == "reservation-closed"


def test_only_who_closed_the_row_has_won(api: ServiceApi) -> None:
    """A DELETE frees what was held; its caller wins as often as it asks, every other caller loses."""
    api.ask("POST", "/reservations", order())
    for _ in range(2):
        won = api.ask("DELETE", "/reservations/pi_1", key=START)
        assert (won.status_code, won.get_json()["status"], won.get_json()["closed_by"]) == (200, "closed", START)
    lost = api.ask("DELETE", "/reservations/pi_1", key=FAILED)
    assert (lost.status_code, kind(lost)) == (409, "reservation-closed")
    assert api.ask("GET", "/reservations/pi_1").get_json()["closed_by"] == START
    assert stock(api) == ("0.000", "0.000", "1000000.000")


def test_the_first_delete_claims_what_a_refusal_closed(api: ServiceApi) -> None:
    """Of two callers who delete a row that a refusal has closed, the first wins and the second loses."""
    api.ask("POST", "/reservations", order(amount=1))
    assert api.ask("DELETE", "/reservations/pi_1", key=FAILED).get_json()["closed_by"] == FAILED
    assert kind(api.ask("DELETE", "/reservations/pi_1", key=START)) == "reservation-closed"


def test_a_delete_of_an_unknown_reservation_leaves_a_tombstone(api: ServiceApi) -> None:
    """A DELETE that overtakes its reservation wins, and the late reservation is refused."""
    assert api.ask("DELETE", "/reservations/pi_1", key=START).get_json()["closed_by"] == START
    assert kind(api.ask("POST", "/reservations", order())) == "reservation-closed"
    assert kind(api.ask("PATCH", "/reservations/pi_1", {"status": "committed"})) == "reservation-closed"

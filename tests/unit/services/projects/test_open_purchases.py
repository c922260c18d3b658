"""How many purchases a buyer may have open at a time (MAX_OPEN_PURCHASES)."""

from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from lib.database.database import connect
from lib.database.migrations import migrate
from services.projects import create_app
from services.projects.settings import ProjectsSettings
from tests.unit.service_api import ServiceApi, go_back, kind
from tests.unit.services.projects.test_reservations import CLOSING_REFUSALS, order, stock

MAX_OPEN = 5
OLD_ROW = text(
    "INSERT INTO reservations (payment_id, status, items, amount, currency)"
    " VALUES (:payment_id, 'reserved', '[]', 1800, 'usd')"
)
SOLD_OUT = {"items": [{"project_id": "peatland", "milestone_id": "peatland-1", "quantity": "6"}], "amount": 12000}


def reserve(api: ServiceApi, payment_id: str, **changes: Any) -> TestResponse:
    """Alice wants 1.500 tCO2e of mangrove-2, unless something else is said."""
    return api.ask("POST", "/reservations", order(payment_id=payment_id, **{"buyer_id": "alice"} | changes))


def reserve_many(api: ServiceApi, count: int) -> None:
    """Alice's open purchases pi_0, pi_1 and so on."""
    assert [reserve(api, f"pi_{n}").status_code for n in range(count)] == [201] * count


def test_a_reservation_tells_its_buyer(api: ServiceApi) -> None:
    """The buyer who was told is shown, in the answer and in the list."""
    assert reserve(api, "pi_1").get_json()["buyer_id"] == "alice"
    assert [row["buyer_id"] for row in api.ask("GET", "/reservations").get_json()["items"]] == ["alice"]


def test_one_purchase_too_many_is_refused(api: ServiceApi) -> None:
    """The sixth is 409 with the limit, holds nothing, and leaves a row closed by nobody, as every refusal does."""
    reserve_many(api, MAX_OPEN)
    before = stock(api)
    answer = reserve(api, "pi_6")
    assert (answer.status_code, kind(answer), answer.get_json()["max_open"]) == (409, "too-many-open", MAX_OPEN)
    row = api.ask("GET", "/reservations/pi_6").get_json()
    assert (row["status"], row["closed_by"], row["buyer_id"]) == ("closed", None, "alice")
    assert stock(api) == before
    assert kind(reserve(api, "pi_6")) == "reservation-closed"


@pytest.mark.parametrize(("method", "body"), [
    ("PATCH", {"status": "committed"}), ("PATCH", {"status": "returned"}), ("DELETE", None),
])  # fmt: skip
def test_what_has_ended_is_not_open(api: ServiceApi, method: str, body: dict[str, str] | None) -> None:
    """A purchase that is sold, given back or closed makes room for exactly one other."""
    reserve_many(api, MAX_OPEN)
    api.ask(method, "/reservations/pi_0", body)
    assert reserve(api, "pi_6").status_code == 201
    assert kind(reserve(api, "pi_7")) == "too-many-open"


def test_every_buyer_is_counted_alone(api: ServiceApi) -> None:
    """One buyer's open purchases are none of another's, and a caller who tells no buyer is not counted at all."""
    reserve_many(api, MAX_OPEN)
    assert reserve(api, "pi_bob", buyer_id="bob").status_code == 201
    for number in range(MAX_OPEN + 1):
        assert api.ask("POST", "/reservations", order(payment_id=f"pi_nobody_{number}")).status_code == 201
    assert kind(reserve(api, "pi_6")) == "too-many-open"


def test_a_repeat_gets_its_answer_however_many_are_open(api: ServiceApi) -> None:
    """What is reserved or sold already is answered the same when the buyer can open no more."""
    first = reserve(api, "pi_first").get_json()
    reserve(api, "pi_sold")
    sold = api.ask("PATCH", "/reservations/pi_sold", {"status": "committed"}).get_json()
    reserve_many(api, MAX_OPEN - 1)
    assert kind(reserve(api, "pi_6")) == "too-many-open"
    assert reserve(api, "pi_first").get_json() == first
    assert reserve(api, "pi_sold").get_json() == sold


def test_a_repeat_may_tell_the_buyer_later_but_no_other(api: ServiceApi) -> None:
    """Callers of before and after the field repeat each other's calls; a payment is of one buyer only."""
    untold = api.ask("POST", "/reservations", order(payment_id="pi_1")).get_json()
    assert reserve(api, "pi_1").get_json() == untold
    told = reserve(api, "pi_2").get_json()
    assert api.ask("POST", "/reservations", order(payment_id="pi_2")).get_json() == told
    assert kind(reserve(api, "pi_2", buyer_id="bob")) == "reservation-mismatch"


@pytest.mark.parametrize(("changes", "status", "refusal"), CLOSING_REFUSALS[:-1])
def test_what_nobody_could_buy_is_refused_as_such(
    api: ServiceApi, changes: dict[str, Any], status: int, refusal: str
) -> None:
    """An unknown milestone, a wrong currency or price is told before the limit: ending others would not help."""
    reserve_many(api, MAX_OPEN)
    answer = reserve(api, "pi_6", **changes)
    assert (answer.status_code, kind(answer)) == (status, refusal)


def test_the_limit_is_told_before_the_stock(api: ServiceApi) -> None:
    """Who holds enough already is told that: his own purchases may be what has sold the milestone out."""
    reserve_many(api, MAX_OPEN - 1)
    assert kind(reserve(api, "pi_5", **SOLD_OUT)) == "sold-out"
    reserve(api, "pi_6")
    assert kind(reserve(api, "pi_7", **SOLD_OUT)) == "too-many-open"


@pytest.mark.parametrize("buyer_id", ["", "a" * 65, "alice@example.com", "al ice", 5])
def test_a_buyer_is_an_opaque_id(api: ServiceApi, buyer_id: object) -> None:
    """What cannot be a buyer's id is 422 and writes no row."""
    answer = reserve(api, "pi_1", buyer_id=buyer_id)
    assert (answer.status_code, kind(answer)) == (422, "invalid-request")
    assert api.ask("GET", "/reservations").get_json()["items"] == []


def test_the_limit_is_a_setting(database_url: str) -> None:
    """MAX_OPEN_PURCHASES says how many."""
    api = ServiceApi(
        create_app(ProjectsSettings(_env_file=None, projects_database_url=database_url, max_open_purchases=1))
    )
    reserve_many(api, 1)
    assert reserve(api, "pi_6").get_json()["max_open"] == 1


def test_reservations_from_before_the_field_count_for_nobody(database_url: str) -> None:
    """The migration keeps the rows that are there, with no buyer, and they can still be closed."""
    go_back("services.projects", database_url, "0002")
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(OLD_ROW, [{"payment_id": f"pi_old_{number}"} for number in range(MAX_OPEN)])
    engine.dispose()
    migrate("services.projects", database_url)
    api = ServiceApi(create_app(ProjectsSettings(_env_file=None, projects_database_url=database_url)))
    reserve_many(api, MAX_OPEN)
    closed = api.ask("DELETE", "/reservations/pi_old_0").get_json()
    assert (closed["status"], closed["buyer_id"]) == ("closed", None)

"""Whether an order can be had: asked before anything is held, in a reservation's words."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.unit.service_api import ServiceApi, kind
from tests.unit.services.projects.test_open_purchases import MAX_OPEN, SOLD_OUT, reserve_many
from tests.unit.services.projects.test_reservations import CLOSING_REFUSALS, order, stock

TOO_MUCH = {"items": [{"project_id": "wind", "milestone_id": "wind-1", "quantity": "250001"}], "amount": 75_000_300}


def quote(api: ServiceApi, **changes: Any) -> TestResponse:
    """Alice asks for 1.500 tCO2e of mangrove-2, unless something else is said."""
    body = order(**{"buyer_id": "alice"} | changes)
    del body["payment_id"]
    return api.ask("POST", "/quotes", body)


def test_what_can_be_had_is_told_and_not_held(api: ServiceApi) -> None:
    """200 with the amount, however often; no row is written and no stock is taken."""
    answers = [quote(api) for _ in range(MAX_OPEN + 1)]
    assert [(each.status_code, each.get_json()) for each in answers] == [(200, {"amount": 1800, "currency": "usd"})] * (
        MAX_OPEN + 1
    )
    assert api.ask("GET", "/reservations").get_json()["items"] == []
    assert stock(api) == ("0.000", "0.000", "1000000.000")


@pytest.mark.parametrize(("changes", "status", "refusal"), [*CLOSING_REFUSALS, (TOO_MUCH, 409, "too-much-held")])
def test_what_cannot_be_had_is_refused_as_a_reservation_is(
    api: ServiceApi, changes: dict[str, Any], status: int, refusal: str
) -> None:
    """The same refusal with the same members, and no closed row: the same payment may be reserved later."""
    quoted = quote(api, **changes)
    assert (quoted.status_code, kind(quoted)) == (status, refusal)
    assert api.ask("GET", "/reservations").get_json()["items"] == []
    told = api.ask("POST", "/reservations", order(**{"buyer_id": "alice"} | changes)).get_json()
    assert quoted.get_json() | {"request_id": ""} == told | {"request_id": ""}


def test_a_buyers_limits_are_told_first(api: ServiceApi) -> None:
    """Who has as many open as one may hears of that, and nobody else does."""
    reserve_many(api, MAX_OPEN)
    answer = quote(api, **SOLD_OUT)
    assert (answer.status_code, kind(answer), answer.get_json()["max_open"]) == (409, "too-many-open", MAX_OPEN)
    assert quote(api, buyer_id="bob").status_code == 200
    assert quote(api, buyer_id=None).status_code == 200

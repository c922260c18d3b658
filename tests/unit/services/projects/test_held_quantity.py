"""How much of a milestone a buyer may hold without having paid (HELD_PER_BUYER_MAX)."""

from typing import Any

import pytest

from services.projects import create_app
from services.projects.settings import ProjectsSettings
from tests.unit.service_api import ServiceApi, kind
from tests.unit.services.projects.test_open_purchases import reserve
from tests.unit.services.projects.test_reservations import stock

PRICES = {"mangrove-2": 1200, "mangrove-1": 900}


def of(*items: tuple[str, int]) -> dict[str, Any]:
    """An order of so many tonnes of each milestone."""
    told = [{"project_id": "mangrove", "milestone_id": name, "quantity": str(tonnes)} for name, tonnes in items]
    return {"items": told, "amount": sum(PRICES[name] * tonnes for name, tonnes in items)}


@pytest.fixture
def api(database_url: str) -> ServiceApi:
    """The service, where a buyer may hold 10 tonnes of a milestone."""
    settings = ProjectsSettings(_env_file=None, projects_database_url=database_url, held_per_buyer_max=10)
    return ServiceApi(create_app(settings))


def test_as_much_as_is_allowed_is_held_and_no_kilogram_more(api: ServiceApi) -> None:
    """4 and 6 tonnes of one milestone are held; beyond them 409 with the limit, and a row closed by nobody."""
    assert [reserve(api, f"pi_{n}", **of(("mangrove-2", n))).status_code for n in (4, 6)] == [201, 201]
    more = [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "0.050"}]
    answer = reserve(api, "pi_more", items=more, amount=60)
    assert (answer.status_code, kind(answer), answer.get_json()["max_held"]) == (409, "too-much-held", "10.000")
    row = api.ask("GET", "/reservations/pi_more").get_json()
    assert (row["status"], row["closed_by"]) == ("closed", None)
    assert stock(api)[1] == "10.000"


def test_one_purchase_alone_may_be_too_much(api: ServiceApi) -> None:
    """Who holds nothing may not hold more than the limit at once either."""
    assert kind(reserve(api, "pi_1", **of(("mangrove-2", 11)))) == "too-much-held"
    assert reserve(api, "pi_2", **of(("mangrove-2", 10))).status_code == 201


def test_every_milestone_and_every_buyer_is_counted_alone(api: ServiceApi) -> None:
    """All items of an order count, each for its milestone; who tells no buyer is not counted."""
    assert reserve(api, "pi_1", **of(("mangrove-2", 10), ("mangrove-1", 9))).status_code == 201
    assert kind(reserve(api, "pi_2", **of(("mangrove-1", 2)))) == "too-much-held"
    assert reserve(api, "pi_3", **of(("mangrove-1", 1))).status_code == 201
    assert reserve(api, "pi_4", **of(("mangrove-2", 10)), buyer_id="bob").status_code == 201
    assert reserve(api, "pi_5", **of(("mangrove-2", 50)), buyer_id=None).status_code == 201


@pytest.mark.parametrize(("method", "body"), [
    ("PATCH", {"status": "committed"}), ("PATCH", {"status": "returned"}), ("DELETE", None),
])  # fmt: skip
def test_what_is_paid_or_given_up_is_not_held(api: ServiceApi, method: str, body: dict[str, str] | None) -> None:
    """More than the limit is bought one paid purchase after another."""
    assert reserve(api, "pi_1", **of(("mangrove-2", 10))).status_code == 201
    assert kind(reserve(api, "pi_2", **of(("mangrove-2", 1)))) == "too-much-held"
    api.ask(method, "/reservations/pi_1", body)
    assert reserve(api, "pi_3", **of(("mangrove-2", 10))).status_code == 201


def test_a_repeat_gets_its_answer_however_much_is_held(api: ServiceApi) -> None:
    """What is held already does not count against itself."""
    first = reserve(api, "pi_1", **of(("mangrove-2", 10))).get_json()
    assert reserve(api, "pi_1", **of(("mangrove-2", 10))).get_json() == first


def test_the_limit_without_a_setting_is_a_quarter_of_a_milestone(database_url: str) -> None:
    """One buyer cannot empty what is on sale, in however few purchases."""
    api = ServiceApi(create_app(ProjectsSettings(_env_file=None, projects_database_url=database_url)))
    item = {"project_id": "wind", "milestone_id": "wind-1", "quantity": "250000"}
    assert reserve(api, "pi_1", items=[item], amount=75_000_000).status_code == 201
    answer = reserve(api, "pi_2", items=[item | {"quantity": "1"}], amount=300)
    assert (kind(answer), answer.get_json()["max_held"]) == ("too-much-held", "250000.000")

"""Each store that knows buyers forgets one in the same way: another name, in all rows, once or often."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from lib.database.database import connect
from lib.database.migrations import migrate
from services.common.settings import DEVELOPMENT_SERVICE_TOKENS
from services.notifier.consumer import notifications_consumer
from services.notifier.notifications import Notifications
from services.notifier.routes import notifier_api
from services.notifier.schemas import EXAMPLE
from services.projects.orders import BuyerLimits
from services.projects.routes import projects_api
from services.users.routes import users_api
from tests.unit.service_api import ServiceApi

ERASED = {"erased_as": "erased-1"}
ITEMS = [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}]
BUYERS = ("alice", "bob", "alice")


@pytest.fixture
def started(tmp_path: Path) -> Callable[[str], str]:
    """A migrated database of a service."""

    def start(service: str) -> str:
        url = f"sqlite:///{tmp_path / service}.db"
        migrate(f"services.{service}", url)
        return url

    return start


def erase(api: ServiceApi) -> int:
    """How many rows alice had."""
    answer = api.ask("POST", "/buyers/alice/erasure", ERASED)
    assert answer.status_code == 200, answer.text
    return int(answer.get_json()["renamed"])


def test_projects_forgets_a_buyer(started: Callable[[str], str]) -> None:
    """In reservations and in the row by which open purchases are counted; the stock does not move."""
    url = started("projects")
    api = ServiceApi(
        projects_api(connect(url), DEVELOPMENT_SERVICE_TOKENS, BuyerLimits(open_max=5, held_kg_max=100_000_000))
    )
    for number, buyer_id in enumerate(BUYERS):
        body = {"payment_id": f"pi_{number}", "items": ITEMS, "amount": 1800, "currency": "usd", "buyer_id": buyer_id}
        assert api.ask("POST", "/reservations", body).status_code == 201
    before = api.ask("GET", "/projects").get_json()
    assert [erase(api), erase(api)] == [2, 0]
    with connect(url).connect() as database:
        known = database.execute(text("SELECT buyer_id FROM reservations ORDER BY number")).scalars().all()
        assert known == ["erased-1", "bob", "erased-1"]
        assert database.execute(text("SELECT buyer_id FROM buyers")).scalars().all() == ["bob"]
    assert api.ask("GET", "/projects").get_json() == before


def test_users_forgets_a_buyer(started: Callable[[str], str]) -> None:
    """The offset has another owner, who is known; the buyer is unknown, as is one who owned nothing."""
    api = ServiceApi(users_api(connect(started("users")), DEVELOPMENT_SERVICE_TOKENS))
    for number, buyer_id in enumerate(BUYERS):
        body = {"payment_id": f"pi_{number}", "purchase_id": f"p{number}", "items": ITEMS}
        assert api.ask("POST", f"/users/{buyer_id}/offsets", body).status_code == 201
    assert [erase(api), erase(api)] == [2, 0]
    owned = api.ask("GET", "/users/erased-1/offsets").get_json()["items"]
    assert [offset["payment_id"] for offset in owned] == ["pi_2", "pi_0"]
    assert api.ask("GET", "/users/alice/offsets").status_code == 404
    assert len(api.ask("GET", "/users/bob/offsets").get_json()["items"]) == 1


def test_the_notifier_forgets_a_buyer(started: Callable[[str], str]) -> None:
    """Only the buyer's own notifications, whatever else says "alice", and nothing else in them."""
    engine = connect(started("notifier"))
    notifications = Notifications(engine)
    api = ServiceApi(
        notifier_api(
            engine,
            notifications,
            notifications_consumer("amqp://127.0.0.1/", notifications.keep),
            DEVELOPMENT_SERVICE_TOKENS,
        )
    )
    told: Any = EXAMPLE["data"]
    # The third tells of somebody else, at a project of that name; the underscore of the last is no wildcard.
    for number, data in enumerate(
        [{}, {"buyer_id": "bob"}, {"buyer_id": "bob", "project": "alice"}, {"buyer_id": "al_ce"}]
    ):
        notifications.keep(json.dumps(EXAMPLE | {"id": f"event-{number}", "data": told | data}).encode())
    assert [erase(api), erase(api)] == [1, 0]
    first, *others = api.ask("GET", "/notifications").get_json()["items"]
    assert first == EXAMPLE | {"id": "event-0", "data": told | {"buyer_id": "erased-1"}}
    assert [event["data"]["buyer_id"] for event in others] == ["bob", "bob", "al_ce"]


def test_a_name_that_is_no_id_is_refused(started: Callable[[str], str]) -> None:
    """As everywhere."""
    api = ServiceApi(users_api(connect(started("users")), DEVELOPMENT_SERVICE_TOKENS))
    assert api.ask("POST", "/buyers/alice/erasure", {"erased_as": "a b"}).status_code == 422
    assert api.ask("POST", "/buyers/alice/erasure", ERASED, key=None).status_code == 400

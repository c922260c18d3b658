"""What an order is refused for before anything is begun."""

import pytest
from flask.testing import FlaskClient

from domain.errors import ContractBroken, Refused, Unavailable
from domain.keys import purchase_id_of
from tests.unit.app.requests import post, refusal
from tests.unit.fakes import FakePurchases, Recorder

AWAY = [Unavailable("no answer"), ContractBroken("401"), TimeoutError()]
PURCHASE = purchase_id_of("alice", "k1")


def test_projects_and_users_are_asked_before_a_saga_is_started(
    client: FlaskClient, purchases: FakePurchases, projects: Recorder, users: Recorder
) -> None:
    """Once each, about this order and this buyer."""
    assert post(client).status_code == 201
    (start,) = purchases.starts
    assert projects.calls == [("quote", start.order)]
    assert users.calls == [("know", "alice")]


@pytest.mark.parametrize(
    ("kind", "extra", "status"),
    [
        ("not-found", {}, 404),
        ("price-changed", {"current_amount": 1900}, 409),
        ("sold-out", {}, 409),
        ("too-many-open", {"max_open": 5}, 409),
        ("too-much-held", {"max_held": "100000.000"}, 409),
        ("invalid-request", {}, 422),
    ],
)
def test_what_nobody_could_buy_starts_nothing(  # noqa: PLR0913, PLR0917 - a case and who is asked
    client: FlaskClient, purchases: FakePurchases, projects: Recorder, kind: str, extra: dict[str, object], status: int
) -> None:
    """Told as the saga would tell it, with its members; and not final: the same key buys what can be had later."""
    projects.error = Refused(kind, "No.", extra)
    told = post(client)
    assert refusal(told) == (status, kind)
    assert told.get_json().items() >= extra.items()
    assert not purchases.starts
    projects.error = None
    assert post(client).status_code == 201


def test_a_buyer_whom_users_does_not_know_may_not_buy(
    client: FlaskClient, purchases: FakePurchases, projects: Recorder, users: Recorder
) -> None:
    """403 before anybody can pay, whatever Projects says."""
    users.error = Refused("not-found", "There is no buyer alice.")
    assert refusal(post(client)) == (403, "forbidden")
    projects.error = Unavailable("no answer")
    assert refusal(post(client)) == (403, "forbidden")
    assert not purchases.starts


@pytest.mark.parametrize("error", AWAY)
@pytest.mark.parametrize("who", ["projects", "users"])
def test_nothing_is_begun_while_one_of_them_is_away(  # noqa: PLR0913, PLR0917 - a case and who is asked
    client: FlaskClient, purchases: FakePurchases, projects: Recorder, users: Recorder, who: str, error: Exception
) -> None:
    """503 with Retry-After: a payment made without knowing could lead nowhere; the repeat with the same key buys."""
    asked = {"projects": projects, "users": users}[who]
    asked.error = error
    assert refusal(post(client)) == (503, "dependency-unavailable")
    assert not purchases.starts
    asked.error = None
    assert post(client).status_code == 201

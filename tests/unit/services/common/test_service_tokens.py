"""Who may do what at the services, and how a caller's token is rolled."""

from typing import cast

import pytest
from apiflask import APIFlask
from sqlalchemy import create_engine

from services.common.service_tokens import ENTRY, PREFIX, Role, new_token
from services.notifier.consumer import notifications_consumer
from services.notifier.notifications import Notifications
from services.notifier.routes import notifier_api
from services.payments.payments import Payments
from services.payments.routes import payments_api
from services.projects.orders import BuyerLimits
from services.projects.routes import projects_api
from services.users.routes import users_api
from tests.unit.service_api import kind

TOKENS = {role: new_token(role) for role in Role}
# All that the process which faces the internet may: it moves neither money nor offset, and reads no other's records.
INTAKE = {
    "GET /payments",
    "GET /payments/p1",
    "GET /payments/p1/next-action",
    "GET /projects",
    "POST /quotes",
    "GET /users/p1",
}
# The sagas' steps, and the looks by which they decide.
WORKER = {
    "GET /payments",
    "GET /payments/p1",
    "POST /payments",
    "POST /payments/p1/cancel",
    "POST /payments/p1/capture",
    "POST /payments/p1/refund",
    "POST /purchases/p1/cancel",
    "PUT /purchases/p1/outcome",
    "GET /reservations/p1",
    "POST /reservations",
    "PATCH /reservations/p1",
    "DELETE /reservations/p1",
    "GET /users/p1/offsets/p1",
    "POST /users/p1/offsets",
    "DELETE /users/p1/offsets/p1",
}
# Everything that is read, and nothing that changes; what a buyer's browser pays with is no record.
AUDITOR = {
    "GET /payments",
    "GET /payments/p1",
    "GET /projects",
    "GET /reservations",
    "GET /reservations/p1",
    "GET /users/p1/offsets",
    "GET /users/p1/offsets/p1",
    "GET /offsets",
    "GET /notifications",
}


def services(*entries: str) -> list[APIFlask]:
    """The four services, on databases that hold nothing."""
    engine = create_engine("sqlite://")
    notifications = Notifications(engine)
    consumer = notifications_consumer("amqp://127.0.0.1/", notifications.keep)
    return [
        payments_api(engine, cast("Payments", None), entries),
        projects_api(engine, entries, BuyerLimits(open_max=5, held_kg_max=100_000_000)),
        users_api(engine, entries),
        notifier_api(engine, notifications, consumer, entries),
    ]


def operations(api: APIFlask) -> set[str]:
    """Every operation but those of the platform, with `p1` for each id."""
    return {
        f"{method} {'/'.join('p1' if '<' in part else part for part in rule.rule.split('/'))}"
        for rule in api.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
        if rule.rule not in {"/health", "/ready", "/metrics", "/openapi.json"}
    }


def allowed(role: Role) -> tuple[set[str], set[str]]:
    """What a role may, and all that there is."""
    token, entry = TOKENS[role]
    may, there = set(), set()
    for api in services(entry):
        for operation in operations(api):
            there.add(operation)
            method, path = operation.split()
            answer = api.test_client().open(path, method=method, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code != 401
            if answer.status_code != 403:
                may.add(operation)
            else:
                assert kind(answer) == "forbidden"
    return may, there


@pytest.mark.parametrize(("role", "expected"), [(Role.INTAKE, INTAKE), (Role.WORKER, WORKER), (Role.AUDITOR, AUDITOR)])
def test_each_caller_may_what_it_needs_and_no_more(role: Role, expected: set[str]) -> None:
    """Every route of every service names who may; whatever is not in these lists is 403."""
    may, _ = allowed(role)
    assert may == expected


def test_an_operator_may_everything() -> None:
    """What a person has to mend by hand, and what forgets a buyer."""
    may, there = allowed(Role.OPERATOR)
    assert may == there
    assert "POST /buyers/p1/erasure" in there


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another"}])
def test_without_a_known_token_everything_is_401(headers: dict[str, str]) -> None:
    """Every route of every service but the platform's, which asks without one."""
    for api in services(TOKENS[Role.OPERATOR][1]):
        for method, path in map(str.split, operations(api)):
            answer = api.test_client().open(path, method=method, headers=headers)
            assert (answer.status_code, kind(answer)) == (401, "unauthenticated")
        assert api.test_client().get("/health").status_code == 200


def test_both_tokens_are_valid_while_one_is_rolled() -> None:
    """Old and new stand side by side; the old one is refused once its entry is gone."""
    (old, old_entry), (new, new_entry) = TOKENS[Role.WORKER], new_token(Role.WORKER)
    for token, entries, status in (
        (old, (old_entry, new_entry), 422),
        (new, (old_entry, new_entry), 422),
        (new, (new_entry,), 422),
        (old, (new_entry,), 401),
        (old_entry.partition(":")[2], (old_entry,), 401),
    ):
        client = services(*entries)[0].test_client()
        answer = client.post("/payments", headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}, json={})
        assert answer.status_code == status


def test_an_entry_tells_nobody_the_token() -> None:
    """A service that was broken into can call no other one in a worker's name."""
    token, entry = new_token(Role.WORKER)
    assert ENTRY.fullmatch(entry)
    assert token.startswith(PREFIX)
    assert token not in entry

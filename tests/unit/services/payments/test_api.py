"""The Payments API's conventions: lists, tokens, keys, strict bodies, documents, settings."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.payments import create_app
from services.payments.settings import PaymentsSettings
from tests.unit.service_api import REPOSITORY, ServiceApi
from tests.unit.services.payments.fake_provider import FakePaymentProvider
from tests.unit.services.payments.requests import PAYMENT_ID, create, order, outcome, refusal

WRITES = [
    ("POST", "/payments", order()),
    ("POST", f"/payments/{PAYMENT_ID}/cancel", None),
    ("POST", f"/payments/{PAYMENT_ID}/capture", None),
    ("POST", f"/payments/{PAYMENT_ID}/refund", None),
    ("POST", "/purchases/p2/cancel", None),
    ("PUT", "/purchases/p2/outcome", outcome()),
]


def test_payments_are_listed_newest_first(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """The pages show each purchase once, newest first, from the record alone."""
    for number in range(3):
        create(api, purchase_id=f"p{number}")
    provider.payments.clear()
    first = api.ask("GET", "/payments?limit=2").get_json()
    second = api.ask("GET", f"/payments?limit=2&cursor={first['next_cursor']}").get_json()
    assert [row["purchase_id"] for row in first["items"] + second["items"]] == ["p2", "p1", "p0"]
    assert second["next_cursor"] is None


def test_the_list_knows_buyers_purchases_and_references(api: ServiceApi) -> None:
    """All filters are optional and can be joined; an event of the provider's is found by its reference."""
    for purchase, buyer in (("p1", "alice"), ("p2", "bob"), ("p3", "alice")):
        create(api, purchase_id=purchase, buyer_id=buyer)

    def listed(query: str) -> list[str]:
        return [row["purchase_id"] for row in api.ask("GET", f"/payments?{query}").get_json()["items"]]

    assert listed("buyer_id=alice") == ["p3", "p1"]
    assert listed("purchase_id=p2") == ["p2"]
    assert listed("purchase_id=p2&buyer_id=alice") == []
    assert listed("provider_reference=pi_3") == ["p3"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "cursor=x", "cursor=WyJhIl0", "buyer_id=a%20b", "status=paid"]
)
def test_a_list_refuses_what_it_does_not_know(api: ServiceApi, query: str) -> None:
    """A limit out of bounds, a foreign cursor, an impossible id or an unknown filter is 422."""
    assert refusal(api.ask("GET", f"/payments?{query}")) == (422, "invalid-request")


@pytest.mark.parametrize(
    "change",
    [
        {"purchase_id": ""},
        {"purchase_id": "p" * 65},
        {"buyer_id": "a@b"},
        {"items": []},
        {"items": order()["items"] * 2},
        {"items": [order()["items"][0] | {"quantity": 1.5}]},
        {"items": [{"project_id": "mangrove", "milestone_id": f"m-{n}", "quantity": "1"} for n in range(21)]},
        {"amount": 0},
        {"amount": "1800"},
        {"currency": "USD"},
        {"status": "paid"},
    ],
)
def test_an_invalid_payment_is_refused_with_its_faults(api: ServiceApi, change: dict[str, Any]) -> None:
    """A body that breaks the contract is 422, names what is wrong, and writes no row."""
    answer = api.ask("POST", "/payments", order(**change))
    assert refusal(answer) == (422, "invalid-request")
    assert answer.get_json()["errors"]
    assert api.ask("GET", "/payments").get_json()["items"] == []


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_every_write_names_its_caller(api: ServiceApi, method: str, path: str, body: object) -> None:
    """A write without Idempotency-Key is 400, one with an overlong key 422; neither writes a row."""
    assert refusal(api.ask(method, path, body, key=None)) == (400, "idempotency-key-missing")
    assert api.ask(method, path, body, key="k" * 256).status_code == 422
    assert api.ask("GET", "/payments").get_json()["items"] == []


@pytest.mark.parametrize(("method", "path"), [("POST", "/purchases/p%201/cancel"), ("GET", "/payments/pi.1")])
def test_an_id_that_cannot_be_ours_is_not_found(api: ServiceApi, method: str, path: str) -> None:
    """A path with an impossible id is 404 and leaves no tombstone."""
    assert refusal(api.ask(method, path)) == (404, "not-found")
    assert api.ask("GET", "/payments").get_json()["items"] == []


def test_the_service_starts_with_stripe_without_asking_it(tmp_path: Path) -> None:
    """Without a provider of its own the application speaks to Stripe, and connects to nothing before it has to."""
    app = create_app(PaymentsSettings(_env_file=None, payments_database_url=f"sqlite:///{tmp_path / 'new.db'}"))
    assert app.test_client().get("/health").status_code == 200


def test_wrong_settings_of_a_provider_end_the_process(tmp_path: Path) -> None:
    """With a word, before the database is touched: a worker that found them would be started again for ever."""
    told = {"STRIPE_SECRET_KEY": "sk_live_1", "PAYMENTS_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    ended = subprocess.run(
        [sys.executable, "-m", "services.payments"],
        cwd=REPOSITORY,
        env=os.environ | told,
        capture_output=True,
        text=True,
        # It takes 2 s on an idle core.
        timeout=60,
        check=False,
    )
    assert (ended.returncode, list(tmp_path.iterdir())) == (1, [])
    assert "Stripe's key is a live one" in ended.stderr

"""How often one address and one buyer may ask."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.context import Intake
from app.settings import IntakeSettings
from tests.unit.app.requests import bearer, body_with, post, refusal

Limited = Callable[..., FlaskClient]


@pytest.fixture
def limited(intake: Intake) -> Limited:
    """Makes a client of an intake with other limits."""

    def make(**changes: Any) -> FlaskClient:
        config = intake.config.model_copy(update=changes)
        return create_app(dataclasses.replace(intake, config=config)).test_client()

    return make


def listed(
    client: FlaskClient, config: IntakeSettings, buyer: str = "alice", address: str = "192.0.2.1"
) -> TestResponse:
    """GET /purchases of a buyer from an address."""
    headers = {"Authorization": bearer(config, buyer)}
    return client.get("/purchases", headers=headers, environ_base={"REMOTE_ADDR": address})


def statuses(answers: list[TestResponse]) -> list[int]:
    """Their statuses."""
    return [answer.status_code for answer in answers]


def test_a_buyer_has_a_budget_for_all_routes(limited: Limited, config: IntakeSettings) -> None:
    """Beyond it 429, whatever the route and the address; another buyer is not concerned."""
    client = limited(rate_limit_buyer="2/minute")
    auth = {"Authorization": bearer(config, "alice")}
    answers = [listed(client, config), client.get("/purchases/unknown", headers=auth)]
    assert statuses(answers) == [200, 404]
    assert refusal(listed(client, config, address="192.0.2.2")) == (429, "rate-limited")
    assert refusal(post(client, headers=auth | {"Idempotency-Key": "k"})) == (429, "rate-limited")
    assert listed(client, config, "bob").status_code == 200


def test_a_buyer_orders_less_often_than_they_ask(limited: Limited, config: IntakeSettings) -> None:
    """Orders have a limit of their own, refused ones count too, repeats do not; reading goes on beyond it."""
    client = limited(rate_limit_purchases="3/minute")
    headers = {"Authorization": bearer(config, "alice")}

    def order(key: str, **members: Any) -> TestResponse:
        return post(client, body_with(**members), headers=headers | {"Idempotency-Key": key})

    answers = [order("k1"), order("k1"), order("k1"), order("k1", amount=1900), order("k2")]
    assert statuses(answers) == [201, 201, 201, 422, 201]
    assert answers[2].headers["Idempotent-Replayed"] == "true"
    assert refusal(order("k3")) == (429, "rate-limited")
    assert listed(client, config).status_code == 200
    bob = {"Authorization": bearer(config, "bob"), "Idempotency-Key": "k3"}
    assert post(client, headers=bob).status_code == 201


def test_a_refusal_says_when_to_come_again(limited: Limited, config: IntakeSettings) -> None:
    """Retry-After and the RateLimit headers, in seconds; an answer within the limit has the latter alone."""
    client = limited(rate_limit_buyer="1/minute")
    first, second = listed(client, config), listed(client, config)
    assert (first.headers["RateLimit-Limit"], first.headers["RateLimit-Remaining"]) == ("1", "0")
    assert "Retry-After" not in first.headers
    assert 0 < int(second.headers["Retry-After"]) <= 61
    assert (second.headers["RateLimit-Limit"], second.headers["RateLimit-Remaining"]) == ("1", "0")
    assert 0 <= int(second.headers["RateLimit-Reset"]) <= 60


def test_a_forged_token_costs_its_address_and_not_the_buyer(limited: Limited, config: IntakeSettings) -> None:
    """Refused as unauthenticated, it takes nothing from the buyer whom it names."""
    client = limited(rate_limit_buyer="1/minute")
    forged = bearer(config.model_copy(update={"jwt_secret": "x" * 32}), "alice")
    answers = [client.get("/purchases", headers={"Authorization": forged}) for _ in range(5)]
    assert statuses(answers) == [401] * 5
    assert listed(client, config).status_code == 200


def test_an_address_is_counted_before_anybody_is_known(limited: Limited, config: IntakeSettings) -> None:
    """Every answer counts, also 401 and 404; then valid tokens are refused too, and other addresses are not."""
    client = limited(rate_limit_address="3/minute")
    here = {"REMOTE_ADDR": "192.0.2.1"}
    answers = [client.get(path, environ_base=here) for path in ("/purchases", "/nothing", "/config")]
    assert statuses(answers) == [401, 404, 200]
    assert refusal(listed(client, config)) == (429, "rate-limited")
    assert refusal(client.get("/nothing", environ_base=here)) == (429, "rate-limited")
    assert listed(client, config, address="192.0.2.2").status_code == 200


def test_the_platform_stripe_and_preflights_are_not_counted(limited: Limited) -> None:
    """They hear the truth in any crowd."""
    client = limited(rate_limit_address="1/minute")
    for _ in range(3):
        assert [client.get(path).status_code for path in ("/health", "/ready", "/metrics")] == [200] * 3
        assert client.post("/webhooks/stripe").status_code == 400
        assert client.options("/purchases").status_code == 200
    assert statuses([client.get("/config"), client.get("/config")]) == [200, 429]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "statuses_seen"),
    [(0, ["198.51.100.1", "198.51.100.2"], [200, 429]), (1, ["198.51.100.1", "198.51.100.2"], [200, 200]),
     (1, ["1.1.1.1, 198.51.100.1", "2.2.2.2, 198.51.100.1"], [200, 429]),
     (1, ["::ffff:198.51.100.1", "[::ffff:198.51.100.2]:7000"], [200, 200]),
     (1, ["198.51.100.1:5000", "198.51.100.1:5001"], [200, 429]),
     (2, ["198.51.100.1, 10.0.0.1", "198.51.100.2, 10.0.0.1"], [200, 200])],
)  # fmt: skip
def test_only_our_own_proxies_are_believed(
    limited: Limited, proxies: int, forwarded: list[str], statuses_seen: list[int]
) -> None:
    """X-Forwarded-For counts from its end, as far as TRUSTED_PROXIES says; what a caller has written is nothing."""
    client = limited(rate_limit_address="1/minute", trusted_proxies=proxies)
    answers = [client.get("/config", headers={"X-Forwarded-For": value}) for value in forwarded]
    assert statuses(answers) == statuses_seen

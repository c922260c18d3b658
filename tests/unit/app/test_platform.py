"""What platforms, pages and other programs ask of the intake."""

import pytest
from flask.testing import FlaskClient

from app import create_app
from domain.errors import ContractBroken, Unavailable
from tests.unit.app.conftest import CATALOGUE
from tests.unit.app.requests import post, refusal
from tests.unit.fakes import FakePurchases, Recorder


def test_the_catalogue_is_shown_to_anyone(anyone: FlaskClient, projects: Recorder) -> None:
    """Projects' page, with its limit and cursor."""
    assert anyone.get("/projects?limit=5&cursor=after-c").get_json() == CATALOGUE.model_dump(mode="json")
    assert projects.calls == [("catalogue", 5, "after-c")]


def test_the_wired_application_connects_to_nothing_yet() -> None:
    """It answers for its own health without any other process."""
    assert create_app().test_client().get("/health").get_json() == {"status": "ok"}


@pytest.mark.parametrize("error", [Unavailable("away"), ContractBroken("401")])
def test_projects_away_is_503(anyone: FlaskClient, projects: Recorder, error: Exception) -> None:
    """No catalogue is invented."""
    projects.error = error
    assert refusal(anyone.get("/projects")) == (503, "dependency-unavailable")


def test_a_page_learns_how_to_reach_the_provider(anyone: FlaskClient) -> None:
    """The publishable key, the provider, how it takes the money, who may try the page, and no secret."""
    assert anyone.get("/config").get_json() == {
        "publishable_key": "pk_test_development",
        "provider": "simulator",
        "provider_url": "http://127.0.0.1:5005",
        "capture_mode": "automatic",
        "payment_attempts": 1,
        "development_buyers": ["alice", "bob"],
    }


def test_health_does_not_depend_on_others_and_ready_does(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """A platform restarts what is not healthy and only waits for what is not ready."""
    assert anyone.get("/health").status_code == anyone.get("/ready").status_code == 200
    purchases.error = Unavailable("away")
    assert anyone.get("/health").status_code == 200
    assert refusal(anyone.get("/ready")) == (503, "dependency-unavailable")


def test_what_is_answered_is_counted(client: FlaskClient) -> None:
    """Openings and repeats stand in /metrics as Prometheus reads them."""
    post(client)
    post(client)
    response = client.get("/metrics")
    assert response.mimetype == "text/plain"
    assert 'intake_purchases_total{result="opened"}' in response.text
    assert 'intake_purchases_total{result="replayed"}' in response.text


@pytest.mark.parametrize("route", ["/purchases", "/projects", "/config", "/health", "/ready", "/metrics"])
def test_head_answers_as_get_without_a_body(client: FlaskClient, route: str) -> None:
    """A probe may spare the body."""
    response = client.head(route)
    assert (response.status_code, response.data) == (200, b"")

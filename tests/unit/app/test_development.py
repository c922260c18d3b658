"""What only a developer's machine has: the checkout page, and tokens for whoever asks."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.context import Intake
from app.development import development
from app.settings import IntakeSettings
from tests.unit.app.requests import refusal

SECRET = "none of the page's business"


@pytest.fixture
def browser(tmp_path: Path, config: IntakeSettings) -> FlaskClient:
    """A client of a page of a few files, with a secret beside it."""
    web = tmp_path / "web"
    (web / "parts").mkdir(parents=True)
    (tmp_path / "secret.json").write_text(SECRET)
    (web / "index.html").write_text("<!doctype html>")
    (web / "style.css").write_text("p { color: red }")
    (web / "parts" / "money.js").write_text("export const euro = '€'", encoding="utf-8")
    (web / "notes.txt").write_text(SECRET)
    app = Flask(__name__)
    app.register_blueprint(development(config, web))
    return app.test_client()


def fetch(browser: FlaskClient, address: str, **headers: str) -> TestResponse:
    """The answer, read to its end as every server does, so that its file is closed."""
    return browser.get(address, headers=headers, follow_redirects=True, buffered=True)


def told(intake: Intake, **settings: str) -> FlaskClient:
    """A client of the same intake with other settings."""
    return create_app(replace(intake, config=intake.config.model_copy(update=settings))).test_client()


def test_who_opens_the_intake_comes_to_the_page(browser: FlaskClient) -> None:
    """The bare address, and the page's without its slash, lead to it."""
    for address in ("/", "/shop"):
        assert fetch(browser, address).request.path == "/shop/"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("", "text/html; charset=utf-8"),
        ("index.html", "text/html; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("parts/money.js", "text/javascript; charset=utf-8"),
    ],
)
def test_each_file_says_what_it_is(browser: FlaskClient, name: str, media_type: str) -> None:
    """A browser runs no module and applies no style sheet of another type."""
    response = fetch(browser, f"/shop/{name}")
    assert (response.status_code, response.headers["Content-Type"]) == (200, media_type)


def test_an_edit_is_seen_at_once(browser: FlaskClient) -> None:
    """The browser asks each time, and is told that nothing has changed."""
    first = fetch(browser, "/shop/style.css")
    assert first.headers["Cache-Control"] == "no-cache"
    assert fetch(browser, "/shop/style.css", **{"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "name",
    [
        "../secret.json",
        "%2e%2e/secret.json",
        "parts/..%2f..%2fsecret.json",
        "..%5csecret.json",
        "/etc/hostname.json",
        "%2fetc%2fhostname.json",
        "parts",
        "parts/",
        "notes.txt",
        "missing.js",
        "%00.js",
    ],
)
def test_nothing_else_is_shown(browser: FlaskClient, name: str) -> None:
    """No file beside the page's folder, no folder, and no kind of file that the page does not have."""
    response = fetch(browser, f"/shop/{name}")
    assert response.status_code == 404
    assert SECRET not in response.text


def test_a_token_is_made_for_whoever_asks(anyone: FlaskClient) -> None:
    """It opens the buyer's purchases."""
    response = anyone.post("/development/token", json={"buyer_id": "alice"})
    bearer = {"Authorization": f"Bearer {response.get_json()['token']}"}
    assert anyone.get("/purchases", headers=bearer).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"buyer_id": ""}, {"buyer_id": "a b"}, {"buyer_id": 1}, {"buyer_id": "a", "x": 1}]
)
def test_a_token_needs_a_buyers_id(anyone: FlaskClient, body: dict[str, object]) -> None:
    """Anything else is refused as everywhere."""
    assert refusal(anyone.post("/development/token", json=body)) == (422, "invalid-request")


def test_no_buyer_is_offered_where_an_identity_provider_makes_the_tokens(intake: Intake) -> None:
    """A token of ours would be refused there."""
    client = told(intake, jwt_jwks_url="https://identity.example/keys")
    assert client.get("/config").get_json()["development_buyers"] == []


@pytest.mark.parametrize(
    ("method", "route"), [("GET", "/"), ("GET", "/shop/"), ("GET", "/shop/index.html"), ("POST", "/development/token")]
)
def test_production_has_none_of_it(intake: Intake, method: str, route: str) -> None:
    """The routes do not exist, and the page is offered no buyer."""
    client = told(intake, environment="production")
    assert refusal(client.open(route, method=method, json={"buyer_id": "alice"})) == (404, "not-found")
    assert client.get("/config").get_json()["development_buyers"] == []

"""What browsers are told: which pages may call, and what they may do with an answer."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.context import Intake

SHOP = "https://shop.example"
OTHERS = ["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "https://shop.example:444",
          "null", "https://xshop.example", ""]  # fmt: skip
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
Made = Callable[..., FlaskClient]


@pytest.fixture
def made(intake: Intake) -> Made:
    """Makes a client of an intake with other settings."""

    def make(**changes: Any) -> FlaskClient:
        return create_app(dataclasses.replace(intake, config=intake.config.model_copy(update=changes))).test_client()

    return make


@pytest.fixture
def open_to_shop(made: Made) -> FlaskClient:
    """An intake that a page on another host may call."""
    return made(cors_origins=(SHOP, "http://127.0.0.1:3000"))


def preflight(client: FlaskClient, origin: str, method: str = "POST") -> Any:
    """What a browser asks before a purchase."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,x-request-id,traceparent,x-evil",
    }
    return client.options("/purchases", headers=asked)


def test_a_page_of_the_list_may_call(open_to_shop: FlaskClient) -> None:
    """Its preflight is answered with what a purchase and its owner's tracing need, and no cookie is let in."""
    answer = preflight(open_to_shop, SHOP)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, SHOP)
    allowed = set(answer.headers["Access-Control-Allow-Headers"].lower().split(", "))
    assert allowed == {"authorization", "content-type", "idempotency-key", "x-request-id", "traceparent"}
    assert set(answer.headers["Access-Control-Allow-Methods"].split(", ")) == {"GET", "HEAD", "POST"}
    assert int(answer.headers["Access-Control-Max-Age"]) == 600
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/config", "/purchases", "/nothing"])
def test_such_a_page_may_read_answers_and_refusals(open_to_shop: FlaskClient, path: str) -> None:
    """With the headers by which it goes on; caches keep the answers of different pages apart."""
    answer = open_to_shop.get(path, headers={"Origin": SHOP})
    assert answer.headers.getlist("Access-Control-Allow-Origin") == [SHOP]
    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert exposed >= {"Location", "Retry-After", "Idempotent-Replayed", "X-Request-Id"}
    assert "Origin" in answer.vary


@pytest.mark.parametrize("origin", OTHERS)
def test_no_other_page_may_call(open_to_shop: FlaskClient, origin: str) -> None:
    """Neither a preflight nor an answer lets it in, however much its origin looks like one of the list."""
    for answer in (preflight(open_to_shop, origin), open_to_shop.get("/config", headers={"Origin": origin})):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
        assert "Origin" in answer.vary


def test_without_a_list_no_page_elsewhere_may_call(made: Made) -> None:
    """The default: the page on the intake's own host alone."""
    assert "Access-Control-Allow-Origin" not in preflight(made(), SHOP).headers


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/config"), ("GET", "/purchases"), ("GET", "/nothing"), ("DELETE", "/config"), ("GET", "/metrics"),
     ("POST", "/webhooks/stripe"), ("OPTIONS", "/purchases"), ("GET", "/openapi.json")],
)  # fmt: skip
def test_every_answer_of_the_api_is_for_programs_alone(made: Made, method: str, path: str) -> None:
    """No page shows it, nothing sniffs or stores it, and it loads nothing; also refusals."""
    headers = made().open(path, method=method).headers
    assert headers["Content-Security-Policy"] == API_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_pages_load_their_own_files_and_no_inline_code(made: Made) -> None:
    """The checkout page and the documentation have a policy of their own, as strict as they bear."""
    client = made(stripe_api_base="https://api.stripe.com")
    with client.get("/shop/") as page, client.get("/docs") as manual:
        shop, docs = (answer.headers["Content-Security-Policy"] for answer in (page, manual))
    for policy in (shop, docs):
        assert policy.startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    assert "connect-src 'self' https://api.stripe.com;" in shop
    assert "frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com;" in shop
    assert not re.search(r"https?:", docs)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "kept"), [(1, "https", True), (1, "http", False), (1, None, False), (0, "https", False)]
)
def test_https_is_for_good_where_the_caller_came_by_it(
    made: Made, proxies: int, forwarded: str | None, kept: bool
) -> None:
    """HSTS goes out over https alone, and only our own proxy can say that it was."""
    headers = {"X-Forwarded-Proto": forwarded} if forwarded else {}
    answer = made(trusted_proxies=proxies).get("/config", headers=headers)
    assert ("max-age=31536000" in answer.headers.get("Strict-Transport-Security", "")) == kept

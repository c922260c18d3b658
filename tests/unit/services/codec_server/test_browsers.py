"""What a browser is let do: sign in and out, and ask from Temporal's UI alone."""

import pytest
from flask.testing import FlaskClient

from tests.unit.services.codec_server.conftest import CLEAR, TOKEN, UI, Ask

HERE = "https://localhost"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-namespace"}


def asked(client: FlaskClient) -> int:
    """How a request without a token is answered."""
    return client.post("/decode", json={"payloads": [CLEAR]}).status_code


def test_a_browser_signs_in_and_out(client: FlaskClient) -> None:
    """Signed in it is answered without a token; signed out it is not."""
    assert asked(client) == 401
    assert client.post("/sign-in", data={"token": TOKEN}, base_url="https://localhost").status_code == 303
    assert "Signed in as <strong>anna" in client.get("/", base_url="https://localhost").text
    assert client.post("/decode", json={"payloads": [CLEAR]}, base_url="https://localhost").status_code == 200
    client.post("/sign-out", base_url="https://localhost")
    assert asked(client) == 401
    assert "Your token" in client.get("/").text


def test_who_has_signed_out_is_out_wherever_the_cookie_is_kept(client: FlaskClient) -> None:
    """A copy of it, from a stolen disk or a proxy's log, is worth nothing any more."""
    cookie = client.post("/sign-in", data={"token": TOKEN}, base_url=HERE).headers["Set-Cookie"]
    client.post("/sign-out", base_url=HERE)
    copied = cookie.partition(";")[0].partition("=")[2]
    client.set_cookie("__Host-codec-session", copied, secure=True)
    assert client.post("/decode", json={"payloads": [CLEAR]}, base_url=HERE).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_another_page_signs_nobody_in_or_out(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    """With its own token it would see what a person encodes there, in somebody else's name."""
    client.environ_base.pop("HTTP_SEC_FETCH_SITE")
    answer = client.post(path, data={"token": TOKEN}, base_url=HERE, headers=headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_an_older_browser_signs_in_too(client: FlaskClient) -> None:
    """It names the page's origin alone."""
    client.environ_base.pop("HTTP_SEC_FETCH_SITE")
    answer = client.post("/sign-in", data={"token": TOKEN}, base_url=HERE, headers={"Origin": HERE})
    assert answer.status_code == 303


def test_a_wrong_token_signs_nobody_in(client: FlaskClient) -> None:
    """401 with a sentence, and no cookie."""
    answer = client.post("/sign-in", data={"token": "bpc_wrong"})
    assert (answer.status_code, "not known here" in answer.text) == (401, True)
    assert "Set-Cookie" not in answer.headers


def test_the_cookie_is_for_this_server_alone(client: FlaskClient) -> None:
    """No script reads it, no other site sends it, no other name of the host gets it; it does not hold the token."""
    cookie = client.post("/sign-in", data={"token": TOKEN}).headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert TOKEN not in cookie


def test_a_cookie_that_somebody_made_up_is_none(client: FlaskClient) -> None:
    """Nothing but what this server has made counts."""
    client.set_cookie("__Host-codec-session", "anna.aaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", secure=True)
    assert client.post("/decode", json={"payloads": []}, base_url="https://localhost").status_code == 401


def test_temporals_ui_may_ask_with_credentials(client: FlaskClient, ask: Ask) -> None:
    """Its origin by name, as a browser wants it where cookies are sent; preflights need no credentials."""
    preflight = client.options("/decode", headers={"Origin": UI, **PREFLIGHT})
    answer = ask("/decode", CLEAR, Origin=UI)
    refused = client.post("/decode", json={"payloads": []}, headers={"Origin": UI})
    for each in (preflight, answer, refused):
        assert each.headers["Access-Control-Allow-Origin"] == UI
        assert each.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in each.vary
    assert set(preflight.headers["Access-Control-Allow-Headers"].split(", ")) == {"content-type", "x-namespace"}


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8234", "https://127.0.0.1:8233", "http://evil.example", "null"])
def test_other_pages_may_not(client: FlaskClient, ask: Ask, origin: str) -> None:
    """No other port, scheme or host is let in, and nobody by a star."""
    for each in (client.options("/decode", headers={"Origin": origin, **PREFLIGHT}), ask("/decode", Origin=origin)):
        assert not [name for name, _ in each.headers if name.startswith("Access-Control-Allow")]


def test_a_page_cannot_ask_without_a_preflight(client: FlaskClient) -> None:
    """A form's or a plain text's request is refused: only JSON is taken, for which a browser asks first."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = client.post("/decode", data=b'{"payloads":[]}', content_type=kind)
        assert answer.status_code in {401, 415}
        answer = client.post(
            "/decode", data=b'{"payloads":[]}', content_type=kind, headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert answer.status_code == 415


@pytest.mark.parametrize("path", ["/", "/health", "/decode", "/static/sign_in.css", "/nothing"])
def test_every_answer_is_shut(client: FlaskClient, path: str) -> None:
    """No page frames it, no cache keeps it, nothing is loaded but its own style."""
    with client.get(path) as answer:
        headers = answer.headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"

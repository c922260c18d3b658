"""Who may come in: only who bears a token that we trust in every part."""

import base64
import json

import jwt
import pytest
from flask.testing import FlaskClient

from app.identity import development_token
from app.settings import IntakeSettings
from tests.unit.app.identity.provider import claims
from tests.unit.app.requests import refusal
from tests.unit.fakes import FakePaymentRecords

OTHER_SECRET = "another-secret-of-32-bytes-or-more!"


def signed_text(config: IntakeSettings, payload: str) -> str:
    """A token over a payload that the library itself would not write."""
    return jwt.api_jws.encode(payload.encode(), config.jwt_secret, algorithm="HS256")


def ask(client: FlaskClient, authorization: str) -> tuple[int, str]:
    """The refusal of a request with this Authorization header; asserts that the scheme is told."""
    response = client.get("/purchases", headers={"Authorization": authorization})
    assert response.headers["WWW-Authenticate"] == "Bearer"
    return refusal(response)


def test_a_good_token_comes_in(anyone: FlaskClient, config: IntakeSettings, payments: FakePaymentRecords) -> None:
    """The buyer is the token's `sub`."""
    token = jwt.encode(claims(config), config.jwt_secret)
    assert anyone.get("/purchases", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert payments.pages_asked[0][0] == "alice"


@pytest.mark.parametrize("route", ["/purchases", "/purchases/p1"])
def test_without_a_token_nobody_comes_in(anyone: FlaskClient, route: str) -> None:
    """No header: 401 with the scheme."""
    assert refusal(anyone.get(route)) == (401, "unauthenticated")
    assert refusal(anyone.post("/purchases", data=b"not json")) == (401, "unauthenticated")


@pytest.mark.parametrize("exp", ["1e400", "NaN", "-Infinity"])
def test_an_expiry_that_is_no_time_is_refused(anyone: FlaskClient, config: IntakeSettings, exp: str) -> None:
    """A number that no clock shows is no expiry, and no fault of ours."""
    payload = json.dumps(claims(config, exp=0)).replace('"exp": 0', f'"exp": {exp}')
    assert ask(anyone, f"Bearer {signed_text(config, payload)}") == (401, "unauthenticated")


def test_a_token_that_we_have_not_signed_is_refused(anyone: FlaskClient, config: IntakeSettings) -> None:
    """Another secret, another algorithm, or none."""
    forged = [
        jwt.encode(claims(config), OTHER_SECRET),
        jwt.encode(claims(config), "", algorithm="none"),
        jwt.encode(claims(config), config.jwt_secret.ljust(64, "x"), algorithm="HS512"),
        development_token(config, "alice") + "x",
    ]
    assert {ask(anyone, f"Bearer {token}") for token in forged} == {(401, "unauthenticated")}


def unsigned(header: str) -> str:
    """A token with this header and no signature."""
    return f"Bearer {base64.urlsafe_b64encode(header.encode()).decode().rstrip('=')}.e30."


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer ..",
        "Bearer \xe9.\xe9.\xe9",
        "Basic YTpi",
        "Digest a=b",
        unsigned("[]"),
        unsigned("null"),
        unsigned('{"alg": {}}'),
        unsigned('{"alg": ["HS256"]}'),
        unsigned('{"alg": "HS256", "crit": ["b64"], "b64": false}'),
        unsigned("[" * 5000),
    ],
)
def test_garbage_is_refused(anyone: FlaskClient, authorization: str) -> None:
    """Whatever stands in the header, the answer is 401."""
    assert ask(anyone, authorization) == (401, "unauthenticated")


def test_the_token_tells_whose_it_is(anyone: FlaskClient, config: IntakeSettings) -> None:
    """A page learns the buyer from the intake, not from a token that anybody may have written."""
    token = jwt.encode(claims(config), config.jwt_secret)
    answer = anyone.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.get_json()) == (200, {"buyer_id": "alice"})
    assert anyone.get("/me", headers={"Authorization": f"Bearer {token}x"}).status_code == 401

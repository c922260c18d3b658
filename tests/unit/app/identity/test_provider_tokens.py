"""Tokens of an identity provider: what is trusted, and every forgery that is not."""

import base64
import dataclasses
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from jwt.algorithms import HMACAlgorithm

from app import create_app
from app.context import Intake
from app.identity import development_token
from app.settings import IntakeSettings
from tests.unit.app.identity.provider import JWKS_URL, FakeIdentityProvider, claims, ec_key, jwk, rsa_key, signed
from tests.unit.app.requests import refusal
from tests.unit.fakes import FakePaymentRecords

RSA, EC, FOREIGN_RSA, FOREIGN_EC, SHORT = rsa_key(), ec_key(), rsa_key(), ec_key(), rsa_key(1024)
P384 = ec_key(ec.SECP384R1())
PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
UNAUTHENTICATED = (401, "unauthenticated")


@pytest.fixture
def config() -> IntakeSettings:
    """The settings of an intake whose buyers come from an identity provider."""
    return IntakeSettings.model_construct(jwt_jwks_url=JWKS_URL)


@pytest.fixture
def provider() -> FakeIdentityProvider:
    """A provider with good keys, and with some that are not for our tokens."""
    provider = FakeIdentityProvider()
    provider.published = [
        jwk("rsa", RSA),
        jwk("ec", EC, use=None),
        jwk("both", RSA),
        jwk("both", EC),
        jwk("encrypts", FOREIGN_RSA, use="enc"),
        jwk("pss", FOREIGN_RSA, alg="PS256"),
        jwk("short", SHORT),
        jwk("p384", P384),
        jwk("mislabelled", P384, alg="ES256"),
        {"kid": "secret", "kty": "oct", "k": "c2VjcmV0LW9mLTMyLWJ5dGVzLW9yLW1vcmUtMTIzNDU2Nzg"},
        {"kid": "broken", "kty": "RSA"},
    ]
    return provider


def ask(client: FlaskClient, token: str) -> Any:
    """The answer to a request with this token."""
    return client.get("/purchases", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    ("key", "kid"), [(RSA, "rsa"), (EC, "ec"), (RSA, "both"), (EC, "both")], ids=["rsa", "ec", "one of two", "other"]
)
def test_a_token_of_the_provider_comes_in(
    anyone: FlaskClient, config: IntakeSettings, payments: FakePaymentRecords, key: Any, kid: str
) -> None:
    """RS256 and ES256, by the key that the token names; its `sub` is the buyer."""
    assert ask(anyone, signed(key, kid, claims(config))).status_code == 200
    assert payments.pages_asked[0][0] == "alice"


def test_clocks_may_differ_a_little(anyone: FlaskClient, config: IntakeSettings) -> None:
    """10 s of leeway for what has just expired, and for what begins at once."""
    # Half of it, so that a slow machine does not cross the border.
    now = claims(config)["exp"] - 60
    late, early = {"exp": now - 5}, {"nbf": now + 5, "iat": now + 5}
    assert ask(anyone, signed(RSA, "rsa", claims(config, **late))).status_code == 200
    assert ask(anyone, signed(RSA, "rsa", claims(config, **early))).status_code == 200


def test_one_of_several_audiences_is_enough(anyone: FlaskClient, config: IntakeSettings) -> None:
    """A token may be made for several systems (RFC 7519, 4.1.3)."""
    token = signed(RSA, "rsa", claims(config, aud=["elsewhere", config.jwt_audience]))
    assert ask(anyone, token).status_code == 200


EXPIRED: list[Any] = [1, "soon", [], {}]
TOO_EARLY: list[Any] = [2**40, "soon", []]
WRONG_CLAIMS: list[dict[str, Any]] = [
    *({name: None} for name in ("sub", "exp", "iss", "aud")),
    *({"exp": exp} for exp in EXPIRED),
    *({name: when} for name in ("nbf", "iat") for when in TOO_EARLY),
    *({"iss": iss} for iss in ("somebody", ["buy-projects"], 7, "buy-projects ")),
    *({"aud": aud} for aud in ("somebody", ["somebody"], {"buy-projects": 1}, 7, ["buy-projects", 7], [])),
    *({"sub": sub} for sub in ("", "a" * 65, "alice\n", "a@b.example", "a b", "älice", "alice\0")),
    *({"sub": sub} for sub in (7, 1.5, ["alice"], {"id": 1}, True)),
]


@pytest.mark.parametrize("changes", WRONG_CLAIMS, ids=str)
def test_a_token_of_the_provider_with_a_wrong_claim_is_refused(
    anyone: FlaskClient, config: IntakeSettings, changes: dict[str, Any]
) -> None:
    """Issuer, audience, times and an opaque `sub` are verified, whoever has signed."""
    payload = json.dumps(claims(config, **changes)).encode()
    token = jwt.api_jws.encode(payload, RSA, algorithm="RS256", headers={"kid": "rsa"})
    assert refusal(ask(anyone, token)) == UNAUTHENTICATED


def segment(value: Any) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def handmade(header: dict[str, Any], payload: dict[str, Any], secret: bytes) -> str:
    """A token with any header, signed by HMAC-SHA256, as the library itself refuses to make it."""
    text = f"{segment(header)}.{segment(payload)}"
    signature = HMACAlgorithm(HMACAlgorithm.SHA256).sign(text.encode(), secret)
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def own_key(key: Any) -> dict[str, Any]:
    """Every header by which a token may bring or name a key of its own (RFC 7515, 4.1)."""
    return {
        "jwk": jwk("rsa", key),
        "jku": "https://attacker.example/jwks.json",
        "x5u": "https://attacker.example/certificate.pem",
        "x5c": ["MIIB"],
    }


def forgeries(config: IntakeSettings) -> dict[str, str]:
    """Tokens that nobody whom we trust has made, each by how it was forged."""
    good = claims(config)
    rsa_token = signed(RSA, "rsa", good)
    header, payload, signature = rsa_token.split(".")
    return {
        "no signature": f"{header}.{payload}.",
        "alg none": f"{segment({'alg': 'none', 'kid': 'rsa'})}.{payload}.",
        "alg None": f"{segment({'alg': 'None', 'kid': 'rsa'})}.{payload}.",
        "alg none with a signature": f"{segment({'alg': 'none', 'kid': 'rsa'})}.{payload}.{signature}",
        "alg missing": f"{segment({'kid': 'rsa'})}.{payload}.{signature}",
        "alg in small letters": f"{segment({'alg': 'rs256', 'kid': 'rsa'})}.{payload}.{signature}",
        "alg no text": f"{segment({'alg': ['RS256'], 'kid': 'rsa'})}.{payload}.{signature}",
        "HS256 by the public key": handmade({"alg": "HS256", "kid": "rsa"}, good, PEM),
        "HS256 by the published key": handmade(
            {"alg": "HS256", "kid": "rsa"}, good, json.dumps(jwk("rsa", RSA)).encode()
        ),
        "HS256 by a published secret": handmade(
            {"alg": "HS256", "kid": "secret"}, good, b"secret-of-32-bytes-or-more-12345678"
        ),
        "HS256 by development's secret": development_token(config, "alice"),
        "RS256 named, HMAC signed": handmade({"alg": "RS256", "kid": "rsa"}, good, PEM),
        "another claim under the signature": f"{header}.{segment(good | {'sub': 'bob'})}.{signature}",
        "another's RSA key under a known id": signed(FOREIGN_RSA, "rsa", good),
        "another's EC key under a known id": signed(FOREIGN_EC, "ec", good),
        "another's key of another kind under a known id": signed(FOREIGN_EC, "rsa", good),
        "a known key under the id of another kind": signed(EC, "rsa", good),
        "a known key under another known id": signed(RSA, "pss", good),
        "an unknown id": signed(FOREIGN_RSA, "unknown", good),
        "no id": signed(RSA, None, good),
        "an empty id": signed(RSA, "", good),
        "an id that is no text": f"{segment({'alg': 'RS256', 'kid': 7})}.{payload}.{signature}",
        "a key that only encrypts": signed(FOREIGN_RSA, "encrypts", good),
        "another algorithm than the key's": signed(FOREIGN_RSA, "pss", good),
        "PS256": jwt.encode(good, FOREIGN_RSA, algorithm="PS256", headers={"kid": "pss"}),
        "RS512": jwt.encode(good, RSA, algorithm="RS512", headers={"kid": "rsa"}),
        "ES384": jwt.encode(good, P384, algorithm="ES384", headers={"kid": "p384"}),
        "a key of another curve than its label": jwt.encode(
            good, P384, algorithm="ES384", headers={"kid": "mislabelled"}
        ),
        "a key that it brings itself": signed(FOREIGN_RSA, "rsa", good, **own_key(FOREIGN_RSA)),
        "a key that it brings itself, under an unknown id": signed(FOREIGN_RSA, "mine", good, **own_key(FOREIGN_RSA)),
        "an extension that must be understood": signed(RSA, "rsa", good, crit=["exp"], exp=1),
        "b64 without crit": f"{segment({'alg': 'RS256', 'kid': 'rsa', 'b64': False})}.{payload}.{signature}",
        "four parts": rsa_token + ".e30",
        "five parts": f"{rsa_token}.e30.e30",
        "a claim set that is a list": jwt.api_jws.encode(b"[]", RSA, algorithm="RS256", headers={"kid": "rsa"}),
        "a claim set that is no JSON": jwt.api_jws.encode(b"alice", RSA, algorithm="RS256", headers={"kid": "rsa"}),
        "a claim set that is too deep": jwt.api_jws.encode(b"[" * 4000, RSA, algorithm="RS256", headers={"kid": "rsa"}),
    }


@pytest.mark.parametrize("how", sorted(forgeries(IntakeSettings.model_construct())))
def test_a_forgery_is_refused(anyone: FlaskClient, config: IntakeSettings, how: str) -> None:
    """401 with the scheme, whatever was tried."""
    response = ask(anyone, forgeries(config)[how])
    assert refusal(response) == UNAUTHENTICATED
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits long")
def test_a_key_that_can_be_broken_is_not_trusted(anyone: FlaskClient, config: IntakeSettings) -> None:
    """RSA below 2048 bits, though the provider publishes it (RFC 7518, 3.3)."""
    assert refusal(ask(anyone, signed(SHORT, "short", claims(config)))) == UNAUTHENTICATED


def test_a_token_that_brings_its_own_key_is_judged_by_ours(anyone: FlaskClient, config: IntakeSettings) -> None:
    """Those headers neither help nor harm: the provider's own token stays good."""
    assert ask(anyone, signed(RSA, "rsa", claims(config), **own_key(FOREIGN_RSA))).status_code == 200


def test_while_the_provider_is_away_at_the_start_nobody_is_sent_away(
    anyone: FlaskClient, config: IntakeSettings, provider: FakeIdentityProvider
) -> None:
    """503 with Retry-After for a token that may be good, and no 401 that would make a page forget it."""
    provider.away = True
    assert refusal(ask(anyone, signed(RSA, "rsa", claims(config)))) == (503, "dependency-unavailable")


def test_what_can_never_be_good_is_refused_without_the_provider(
    anyone: FlaskClient, config: IntakeSettings, provider: FakeIdentityProvider
) -> None:
    """No token, garbage and foreign algorithms are 401 also while it is away, and cost it no question."""
    provider.away = True
    for token in ("", "x", "..", forgeries(config)["alg none"], development_token(config, "alice")):
        assert refusal(ask(anyone, token)) == UNAUTHENTICATED
    assert provider.fetches == 0


def test_anyone_sees_the_catalogue_while_the_provider_is_away(
    anyone: FlaskClient, provider: FakeIdentityProvider
) -> None:
    """What needs no buyer needs no provider."""
    provider.away = True
    assert anyone.get("/projects").status_code == 200


def test_without_an_address_nobody_is_asked(intake: Intake, provider: FakeIdentityProvider) -> None:
    """Development signs its own tokens, and has no provider."""
    config = IntakeSettings.model_construct()
    client = create_app(dataclasses.replace(intake, config=config)).test_client()
    assert ask(client, development_token(config, "alice")).status_code == 200
    assert refusal(ask(client, signed(RSA, "rsa", claims(config)))) == UNAUTHENTICATED
    assert provider.fetches == 0

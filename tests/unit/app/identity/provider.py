"""An identity provider without a socket: its keys, its tokens, and the set that it publishes."""

import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from app.settings import IntakeSettings
from domain.errors import Unavailable

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

JWKS_URL = "https://identity.example/jwks.json"


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """A new RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def ec_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """A new key on P-256, or on another curve."""
    return ec.generate_private_key(curve or ec.SECP256R1())


def jwk(kid: str, key: PrivateKey, **members: Any) -> dict[str, Any]:
    """The public half as a provider publishes it, with further members; None takes one out."""
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    public: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))  # type: ignore[arg-type]
    found = {"kid": kid, "use": "sig"} | public | members
    return {name: value for name, value in found.items() if value is not None}


def claims(config: IntakeSettings, **changes: Any) -> dict[str, Any]:
    """A good token's claims with changes; None takes one out."""
    good = {
        "sub": "alice",
        "exp": int(time.time()) + 60,
        "iss": config.jwt_issuer,
        "aud": config.jwt_audience,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(key: PrivateKey, kid: str | None, payload: dict[str, Any], **header: Any) -> str:
    """A token over these claims by a key, under this key id."""
    algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    headers = ({} if kid is None else {"kid": kid}) | header
    return jwt.encode(payload, key, algorithm=algorithm, headers=headers)


class FakeIdentityProvider:
    """What the intake fetches: the set as it is published now, or the error that the test has set."""

    def __init__(self) -> None:
        self.published: list[dict[str, Any]] = []
        self.away = False
        self.fetches = 0

    def __call__(self) -> jwt.PyJWKSet:
        """The set; Unavailable while the provider is away."""
        self.fetches += 1
        if self.away:
            raise Unavailable("away")
        return jwt.PyJWKSet(self.published)

"""Buyers' tokens: JWTs (RFC 7519); a token is valid as a whole or not at all."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import jwt

from app.settings import IntakeSettings
from domain.purchase import BUYER_ID

# 10 s: clocks that are set by the network differ by less.
LEEWAY = timedelta(seconds=10)
# A token of development lasts a working week.
DEVELOPMENT_TOKEN_LIFE = timedelta(days=7)


class TrustedKeys(Protocol):
    """The keys that we trust; which algorithms they are for is our choice, never a token's (RFC 8725, 3.1)."""

    @property
    def algorithms(self) -> Sequence[str]:
        """What a token may be signed with."""

    def key(self, header: Mapping[str, Any]) -> jwt.PyJWK | str:
        """The key that a token's header names.

        Raises jwt.InvalidKeyError when we trust no such key, and Unavailable while that is not known.
        """


class SharedSecret:
    """The one secret of development, which signs and verifies."""

    algorithms = ("HS256",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def key(self, header: Mapping[str, Any]) -> str:  # noqa: ARG002 - there is only one key
        """The secret."""
        return self._secret


class Tokens:
    """Tells whose token it is."""

    def __init__(self, config: IntakeSettings, keys: TrustedKeys) -> None:
        self._config = config
        self._keys = keys

    def buyer(self, token: str) -> str | None:
        """The buyer whose valid token it is, or None; raises Unavailable while the keys are not known.

        A header's own keys (`jwk`, `jku`, `x5c`, `x5u`) are never looked at: everybody can write them.
        """
        try:
            claims = jwt.decode(
                token,
                self._keys.key(self._header(token)),
                algorithms=self._keys.algorithms,
                issuer=self._config.jwt_issuer,
                audience=self._config.jwt_audience,
                leeway=LEEWAY,
                options={"require": ["sub", "exp", "iss", "aud"], "enforce_minimum_key_length": True},
            )
        except jwt.PyJWTError:
            return None
        buyer: str = claims["sub"]
        return buyer if BUYER_ID.fullmatch(buyer) else None

    def _header(self, token: str) -> Mapping[str, Any]:
        header = jwt.get_unverified_header(token)
        # Checked before any key is fetched: a token that can never be valid must not cost a call to the provider.
        if header.get("alg") not in self._keys.algorithms:
            raise jwt.InvalidAlgorithmError("the algorithm is none of ours")
        return header


def development_token(config: IntakeSettings, buyer_id: str) -> str:
    """A token for a buyer, signed with our own secret."""
    claims = {
        "sub": buyer_id,
        "exp": datetime.now(UTC) + DEVELOPMENT_TOKEN_LIFE,
        "iss": config.jwt_issuer,
        "aud": config.jwt_audience,
    }
    return jwt.encode(claims, config.jwt_secret, algorithm=SharedSecret.algorithms[0])

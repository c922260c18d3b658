"""Who a buyer is: the `sub` of a token that we trust."""

import re
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import jwt
from apiflask import HTTPError, HTTPTokenAuth

from config import Settings
from webapi.service_token import unauthenticated

ALGORITHM = "HS256"
# An opaque id, never an address or a name: it stands in logs and search attributes.
BUYER_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# A token of development lasts a working week.
DEVELOPMENT_TOKEN_LIFE = timedelta(days=7)


def buyer_auth(config: Settings) -> HTTPTokenAuth:
    """Authentication by a buyer's JWT; `current_user` is the buyer's id."""
    auth = HTTPTokenAuth(name="BuyerToken", description="JWT (HS256) with sub, exp, iss and aud.")

    @auth.verify_token  # type: ignore[untyped-decorator]
    def verify(token: str) -> str | None:
        try:
            claims = jwt.decode(
                token,
                config.jwt_secret,
                algorithms=[ALGORITHM],
                issuer=config.jwt_issuer,
                audience=config.jwt_audience,
                options={"require": ["sub", "exp", "iss", "aud"]},
            )
        except jwt.InvalidTokenError:
            return None
        buyer = claims["sub"]
        return buyer if BUYER_ID.fullmatch(buyer) else None

    @auth.error_processor
    def refuse(_: HTTPError) -> NoReturn:
        raise unauthenticated("This needs a valid buyer's token.")

    return auth


def development_token(config: Settings, buyer_id: str) -> str:
    """A token for a buyer, signed with our own secret."""
    claims = {
        "sub": buyer_id,
        "exp": datetime.now(UTC) + DEVELOPMENT_TOKEN_LIFE,
        "iss": config.jwt_issuer,
        "aud": config.jwt_audience,
    }
    return jwt.encode(claims, config.jwt_secret, algorithm=ALGORITHM)

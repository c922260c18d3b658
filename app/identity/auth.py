"""Both kinds of credentials as Flask and the OpenAPI document know them."""

from collections.abc import Callable
from typing import Any, NoReturn

import jwt
from apiflask import HTTPError, HTTPTokenAuth, MultiAuth

from app.identity.api_keys import PREFIX, ApiKeys
from app.identity.caller import Caller, Scope
from app.identity.keys import KeySet
from app.identity.tokens import SharedSecret, Tokens, TrustedKeys
from app.settings import IntakeSettings
from lib.webapi.problem_types import FORBIDDEN, UNAUTHENTICATED

# The port to the identity provider: its keys, or Unavailable.
FetchKeys = Callable[[], jwt.PyJWKSet]
Verify = Callable[[str], Caller | None]


class BearerAuth(HTTPTokenAuth):
    """One kind of bearer credential, which is known by how it begins."""

    def __init__(self, name: str, description: str, verify: Verify, takes: Callable[[str], bool], form: str) -> None:
        super().__init__(name=name, description=description)
        self._takes = takes
        self._form = form
        self.verify_token(verify)
        self.get_user_roles(lambda caller: list(caller.scopes))
        self.error_processor(_refuse)

    def is_compatible_auth(self, headers: object) -> bool:  # noqa: ARG002 - Flask-HTTPAuth's signature
        """Whether the request's credential is of this kind."""
        given = self.get_auth()
        return self._takes(given.token or "" if given else "")

    def get_security_scheme(self) -> dict[str, Any]:
        """The scheme as OpenAPI describes it."""
        return super().get_security_scheme() | {"bearerFormat": self._form}


def authentication(config: IntakeSettings, fetch_keys: FetchKeys) -> MultiAuth:
    """Authentication of buyers and servers; `current_user` is the Caller, its roles are scopes."""
    keys: TrustedKeys = KeySet(fetch_keys) if config.jwt_jwks_url else SharedSecret(config.jwt_secret)
    tokens = Tokens(config, keys)

    def buyer(token: str) -> Caller | None:
        buyer_id = tokens.buyer(token)
        return Caller(frozenset(Scope), buyer_id) if buyer_id else None

    return MultiAuth(
        BearerAuth(
            "BuyerToken",
            "A buyer's token (RS256 or ES256; HS256 in development) with `sub`, `exp`, `iss` and `aud`; "
            "`sub` is the buyer's opaque id.",
            buyer,
            lambda token: not token.startswith(PREFIX),
            "JWT",
        ),
        BearerAuth(
            "ApiKey",
            "A server's key; it acts for the buyer that `on_behalf_of` names, as far as its scopes allow.",
            ApiKeys(config.api_keys).holder,
            lambda token: token.startswith(PREFIX),
            f"{PREFIX}<id>_<secret>",
        ),
    )


def _refuse(error: HTTPError) -> NoReturn:
    if error.status_code == FORBIDDEN.status:
        raise FORBIDDEN.problem("This API key has not the scope for that.")
    raise UNAUTHENTICATED.problem(
        "This needs a valid buyer's token, or a server's API key.", headers={"WWW-Authenticate": "Bearer"}
    )

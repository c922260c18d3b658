"""Who calls, and for which buyer: buyers by the token of an identity provider, servers by an API key.

Here belong the credentials that we take and what each allows; no route, and nothing about purchases.
"""

from app.identity.api_keys import new_api_key
from app.identity.auth import FetchKeys, authentication
from app.identity.caller import Caller, Scope
from app.identity.jwks import Jwks
from app.identity.tokens import development_token

__all__ = [
    "Caller",
    "FetchKeys",
    "Jwks",
    "Scope",
    "authentication",
    "development_token",
    "new_api_key",
]

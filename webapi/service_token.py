"""The token by which our own processes know each other."""

import hmac
from typing import NoReturn

from apiflask import HTTPError, HTTPTokenAuth
from flask import request

from telemetry import ids
from webapi.problem_types import UNAUTHENTICATED
from webapi.problems import Problem


def service_token_auth(token: str) -> HTTPTokenAuth:
    """Authentication by `Authorization: Bearer <token>`; anything else is 401."""
    auth = HTTPTokenAuth(name="ServiceToken", description="The token that our own processes share.")

    @auth.verify_token  # type: ignore[untyped-decorator]
    def verify(given: str) -> bool:
        is_ours = hmac.compare_digest(given.encode(), token.encode())
        if is_ours:
            ids.bind(purchase_id=request.headers.get(ids.PURCHASE_HEADER))
        return is_ours

    @auth.error_processor
    def refuse(_: HTTPError) -> NoReturn:
        raise unauthenticated("This needs the service token.")

    return auth


def unauthenticated(detail: str) -> Problem:
    """401 with the scheme that would be accepted."""
    return UNAUTHENTICATED.problem(detail, headers={"WWW-Authenticate": "Bearer"})

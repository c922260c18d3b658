"""How a request shows whose it is, as Flask and the OpenAPI document know it."""

from typing import Any, NoReturn

from apiflask import HTTPError, HTTPTokenAuth
from flask import request

from lib.webapi.problem_types import UNAUTHENTICATED
from services.codec_server.access import Access

# With this prefix browsers take the cookie only from this very host, over https or on the loopback.
SESSION = "__Host-codec-session"


class Credentials(HTTPTokenAuth):
    """`Authorization: Bearer <token>`, or the cookie of a browser that has signed in; anything else is 401."""

    def __init__(self, access: Access) -> None:
        super().__init__(
            name="CodecServerToken", description="What `python -m services.codec_server new-token` prints."
        )
        self._access = access
        self.error_processor(_refuse)

    def authenticate(self, auth: Any, stored_password: object) -> str | None:  # noqa: ARG002 - Flask-HTTPAuth's
        """Whose request it is."""
        return self._access.bearer(auth.token or "") if auth else signed_in(self._access)


def signed_in(access: Access) -> str | None:
    """Who has signed in with this browser."""
    return access.holder(request.cookies.get(SESSION, ""))


def _refuse(_: HTTPError) -> NoReturn:
    raise UNAUTHENTICATED.problem(
        "Sign in at this server's page and let Temporal's UI include cross-origin credentials, or send a token.",
        headers={"WWW-Authenticate": "Bearer"},
    )

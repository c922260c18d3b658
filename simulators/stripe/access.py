"""Who asks: the account's secret key, or a browser with the publishable one."""

import hmac

from flask import Request

from simulators.stripe.errors import StripeError
from simulators.stripe.settings import SimulatorSettings


def api_key(request: Request) -> str:
    """The request's API key: as bearer token, as user name of basic authentication, or as Stripe.js's `key`; or ""."""
    given = request.authorization
    if given is not None:
        return given.token or given.username or ""
    return request.values.get("key", "")


def is_publishable(settings: SimulatorSettings, key: str, *, browsers_may: bool) -> bool:
    """Whether the key is the publishable one; 401 for an unknown key, and for a browser where none may ask."""
    if not key:
        raise _unauthenticated(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    if hmac.compare_digest(key.encode(), settings.stripe_secret_key.encode()):
        return False
    if not hmac.compare_digest(key.encode(), settings.stripe_publishable_key.encode()):
        raise _unauthenticated(f"Invalid API Key provided: {_masked(key)}")
    if not browsers_may:
        raise _unauthenticated(
            "This API call cannot be made with a publishable API key. Please use a secret API key.",
            code="secret_key_required",
        )
    return True


def key_expired(key: str) -> StripeError:
    """401: the account's owner has rolled the key, and its time is over."""
    return _unauthenticated(f"Expired API Key provided: {_masked(key)}", code="api_key_expired")


def _masked(key: str) -> str:
    return f"{key[:8]}{'*' * 8}{key[-4:]}"


def _unauthenticated(message: str, code: str | None = None) -> StripeError:
    return StripeError(401, "invalid_request_error", message, code=code)

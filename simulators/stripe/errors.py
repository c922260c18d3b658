"""Stripe's errors and their bodies (Stripe's API reference, "Errors")."""

from typing import Any

from simulators.stripe.models import Json


class StripeError(Exception):
    """An answer that is an error.

    Every operation refuses BEFORE it writes, except for a card's decline: what that has written stays.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        given = {"code": code, "param": param, "doc_url": doc_url(code) if code else None}
        self.error: Json = {
            "message": message,
            "type": kind,
            **{name: value for name, value in given.items() if value is not None},
            **extra,
        }


class InvalidParameters(StripeError):
    """400: the parameters are wrong in themselves; the operation has not begun, so no idempotency key is used up."""

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(400, "invalid_request_error", message, code=code, param=param)


def invalid_request(message: str, *, code: str | None = None, param: str | None = None, **extra: Any) -> StripeError:
    """400: the operation does not fit the state or a value."""
    return StripeError(400, "invalid_request_error", message, code=code, param=param, **extra)


def no_such(kind: str, identifier: str, param: str, *, status: int = 404) -> StripeError:
    """404 for an object named in the path; 400 for one named in a parameter."""
    message = f"No such {kind}: '{identifier}'"
    return StripeError(status, "invalid_request_error", message, code="resource_missing", param=param)


def unexpected_state(message: str, intent: Json) -> StripeError:
    """400: the PaymentIntent's status does not allow this; the body shows the intent."""
    return invalid_request(message, code="payment_intent_unexpected_state", payment_intent=intent)


def doc_url(code: str) -> str:
    """Where Stripe explains an error code."""
    return f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"

"""Stripe's answers, and an HTTP client in memory under its real SDK that gives them."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import stripe

from providers.port import (
    PaymentIds,
)
from providers.stripe.provider import StripeProvider

Json = dict[str, Any]

IDS = PaymentIds("a-payment", "p1")

TIMEOUT = stripe.APIConnectionError("timeout", should_retry=False)  # type: ignore[no-untyped-call]  # the SDK's gap


class FakeHttp(stripe.HTTPClient):
    """Answers each request with the next of the prepared answers and keeps what was asked."""

    name = "fake"

    def __init__(self, *answers: tuple[int, Json] | Exception, date: str | None = None) -> None:
        super().__init__()
        # A real Stripe asks for retries by this header; here each answer is the last.
        self.headers = {"stripe-should-retry": "false"} | ({"Date": date} if date else {})
        self.answers = list(answers)
        self.asked: list[tuple[str, str, dict[str, list[str]], Mapping[str, str]]] = []

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        """The next answer."""
        self.asked.append((method, url, parse_qs(post_data or ""), headers or {}))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return json.dumps(answer[1]), answer[0], self.headers


def intent(status: str, **more: Any) -> Json:
    """A PaymentIntent as far as it is read."""
    fields = {"id": "pi_1", "object": "payment_intent", "status": status, "amount_received": 0, "latest_charge": None}
    fields |= {"amount_capturable": 0}
    return fields | {"last_payment_error": None, "client_secret": "pi_1_secret_x"} | more


def charge(status: str, **more: Any) -> Json:
    """A charge as far as it is read."""
    return {"id": "ch_1", "object": "charge", "status": status, "amount_refunded": 0, "disputed": False} | more


def charges(*statuses: str) -> tuple[int, Json]:
    """The answer that lists an intent's charges."""
    return listed(*map(charge, statuses))


def listed(*objects: Json) -> tuple[int, Json]:
    """The answer that lists objects."""
    return 200, {"object": "list", "has_more": False, "data": list(objects)}


def refund(status: str, amount: int = 1800, created: int = 1_800_000_000, **metadata: str) -> Json:
    """A refund as far as it is read."""
    known = {"id": "re_1", "object": "refund", "status": status, "metadata": metadata}
    return known | {"amount": amount, "created": created}


def provider(*answers: tuple[int, Json] | Exception) -> tuple[StripeProvider, FakeHttp]:
    """The provider on these answers."""
    http = FakeHttp(*answers)
    return StripeProvider("sk_test_1", "http://stripe.test", http), http


def refused(kind: str = "invalid_request_error", code: str | None = None) -> Json:
    """An error's body."""
    return {"error": {"type": kind, "code": code, "message": "no"}}

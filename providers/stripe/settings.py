"""Which of Stripe's keys may go where: money that is real moves in production alone, and at Stripe alone."""

import re
from collections.abc import Iterator
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from lib.settings import HTTPS, SECRET, ProcessSettings

STRIPE = "https://api.stripe.com"
LIVE = re.compile(r"(sk|rk|pk)_live_")


def stripe_faults(environment: str, api_base: str, key: str) -> Iterator[str]:
    """What is wrong with a key for an address, without the key."""
    is_live = bool(LIVE.match(key))
    if is_live and environment != "production":
        yield "Stripe's key is a live one, which only ENVIRONMENT=production may have"
    if is_live and api_base.rstrip("/") != STRIPE:
        yield f"Stripe's key is a live one, and STRIPE_API_BASE is not {STRIPE}"
    host = urlsplit(api_base).hostname or ""
    if f".{host}".endswith(".stripe.com") and not api_base.startswith("https://"):
        yield "STRIPE_API_BASE is not https, and Stripe's key would travel in clear"


class StripeSettings(ProcessSettings):
    """What the process is told that speaks to Stripe."""

    stripe_secret_key: Annotated[str, SECRET] = Field(
        default="sk_test_development",
        pattern=r"^(sk|rk)_(test|live)_[A-Za-z0-9_]+$",
        description="Stripe's key: a restricted one (rk_) that may do what docs/operations.md lists, or the secret one",
    )
    stripe_api_base: Annotated[str, HTTPS] = Field(
        default="http://127.0.0.1:5005",
        pattern=r"^https?://[^/]+$",
        description="our Stripe simulator; with real keys https://api.stripe.com",
    )

    @model_validator(mode="after")
    def check_stripe(self) -> Self:
        """Raise where real money would be moved by a stand-in, or from a developer's machine."""
        for fault in stripe_faults(self.environment, self.stripe_api_base, self.stripe_secret_key):
            raise ValueError(fault)
        return self

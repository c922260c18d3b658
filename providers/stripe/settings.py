"""Which of Stripe's keys may go where: money that is real moves in production alone, and at Stripe alone."""

import re
from collections.abc import Iterator
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from lib.settings import HTTPS, SECRET, ProcessSettings, Separated, Url

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
    """The settings of the process that calls Stripe: Payments."""

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


class StripeEventSettings(ProcessSettings):
    """The intake's settings for Stripe's events and the page: no key that can move money."""

    stripe_api_base: Annotated[Url, HTTPS] = Field(
        default="http://127.0.0.1:5005", description="the provider that the page speaks to; https://api.stripe.com"
    )
    stripe_publishable_key: Annotated[str, SECRET] = Field(
        default="pk_test_development", pattern=r"^pk_", description="for the page; not secret"
    )
    stripe_webhook_secrets: Annotated[Separated[str], SECRET] = Field(
        default=("whsec_development",),
        min_length=1,
        description="comma separated: while a secret is rolled the old and the new one are valid",
    )
    stripe_account: str = Field(
        default="",
        pattern=r"^(acct_[A-Za-z0-9]+)?$",
        description="the connected account whose events are ours (Connect); empty: only the endpoint's own account",
    )

    @property
    def livemode(self) -> bool:
        """Whether our keys move real money."""
        return self.stripe_publishable_key.startswith("pk_live_")

    @model_validator(mode="after")
    def check_publishable_key(self) -> Self:
        """Raise for a live key with the simulator, or on a machine where anybody gets a buyer's token."""
        for fault in stripe_faults(self.environment, self.stripe_api_base, self.stripe_publishable_key):
            raise ValueError(fault)
        return self

"""Which of Stripe's keys may go where: money that is real moves in production alone, and at Stripe alone."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

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

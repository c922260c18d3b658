"""Stripe: its calls, its events and their signature, the endpoint, its version, its settings."""

from lib.settings import read
from providers.port import AmountLimits, Capabilities, Provider, Registered
from providers.stripe.settings import StripeSettings

# Stripe takes at most eight digits of minor units ("Amount", API reference).
MOST = 99_999_999
# The least that it charges, in the currencies that we sell in ("Minimum and maximum charge amounts" in its docs).
LEAST = {"usd": 50, "eur": 50, "gbp": 30, "chf": 50, "cad": 50, "aud": 50, "jpy": 50}


def _make() -> Provider:
    # Here and not above: the SDK takes 20 MB, which a process that only reads the limits needs for better things.
    from providers.stripe.provider import StripeProvider  # noqa: PLC0415

    settings = read(StripeSettings)
    return StripeProvider(settings.stripe_secret_key, settings.stripe_api_base)


PROVIDER = Registered(
    Capabilities({code: AmountLimits(least, MOST) for code, least in LEAST.items()}), _make, settings=StripeSettings
)

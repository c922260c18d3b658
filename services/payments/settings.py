"""Settings of the Payments service."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from lib.settings import HTTPS, SECRET
from providers.port import CaptureMode
from providers.stripe.settings import stripe_faults
from services.common.settings import ServiceSettings


class PaymentsSettings(ServiceSettings):
    """What the Payments service is told, beside what every service is."""

    payments_database_url: str = Field(
        default="sqlite:///.run/payments.db", description="SQLite for one machine, postgresql:// for more"
    )
    payments_host: str = Field(default="127.0.0.1", description="address to listen on")
    payments_port: int = Field(default=5001, ge=1, le=65535, description="TCP port to listen on")
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
    capture_mode: CaptureMode = Field(
        default=CaptureMode.AUTOMATIC, description="manual holds the funds until the offset is committed"
    )

    @model_validator(mode="after")
    def check_stripe(self) -> Self:
        """Raise where real money would be moved by a stand-in, or from a developer's machine."""
        for fault in stripe_faults(self.environment, self.stripe_api_base, self.stripe_secret_key):
            raise ValueError(fault)
        return self

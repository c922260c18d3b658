"""Settings of the Payments service."""

from typing import Self

from pydantic import Field, model_validator

from services.common.settings import ServiceSettings
from services.payments.provider import CaptureMode

# The simulator's key; whoever starts production with it has configured no provider.
DEVELOPMENT_STRIPE_KEY = "sk_test_development"


class PaymentsSettings(ServiceSettings):
    """What the Payments service is told, beside what every service is."""

    payments_database_url: str = Field(
        default="sqlite:///.run/payments.db", description="SQLite for one machine, postgresql:// for more"
    )
    payments_host: str = Field(default="127.0.0.1", description="address to listen on")
    payments_port: int = Field(default=5001, ge=1, le=65535, description="TCP port to listen on")
    stripe_secret_key: str = Field(
        default=DEVELOPMENT_STRIPE_KEY,
        pattern=r"^(sk|rk)_(test|live)_[A-Za-z0-9_]+$",
        description="Stripe's key: a restricted one (rk_) that may do what docs/operations.md lists, or the secret one",
    )
    stripe_api_base: str = Field(
        default="http://127.0.0.1:5005",
        pattern=r"^https?://[^/]+$",
        description="our Stripe simulator; with real keys https://api.stripe.com",
    )
    capture_mode: CaptureMode = Field(
        default=CaptureMode.AUTOMATIC, description="manual holds the funds until the offset is committed"
    )

    @model_validator(mode="after")
    def refuse_development_key(self) -> Self:
        """Raise when production would use a key that everybody can read in the repository."""
        if self.environment == "production" and self.stripe_secret_key == DEVELOPMENT_STRIPE_KEY:
            raise ValueError("STRIPE_SECRET_KEY is development's; production needs its own")
        return self
